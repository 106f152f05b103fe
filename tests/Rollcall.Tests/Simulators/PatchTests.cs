using System.Net;
using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Simulators;

public class PatchTests
{
    [Fact]
    public async Task A_patch_creates_and_then_updates()
    {
        await using var session = await SimulatedSession.Start();
        var body = $$"""{"dataFields":{"FIRSTNAME":"Ada"},"lists":[{{session.Book}}]}""";

        var created = await session.Send("PATCH", "/contacts/v3/email/ada%40example.com", body);
        var updated = await session.Send(
            "PATCH",
            "/contacts/v3/email/ada%40example.com?merge-option=overwrite-if-empty",
            """{"dataFields":{"FIRSTNAME":"Eve"}}""");

        Assert.Equal(HttpStatusCode.Created, created.Status);
        Assert.Equal(HttpStatusCode.OK, updated.Status);
        Assert.Equal("Ada", updated.Json!["dataFields"]!["FIRSTNAME"]!.GetValue<string>());
        Assert.Single(session.Account.Members(session.Book));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task Whether_a_patch_fires_the_join_action_is_a_switch(bool fires, int joins)
    {
        await using var session = await SimulatedSession.Start(new SimulatorOptions { PatchJoins = fires });

        await session.Send("PATCH", "/contacts/v3/email/ada@example.com", $$"""{"lists":[{{session.Book}}]}""");

        Assert.Equal(joins, session.Account.Joins("ada@example.com", session.Book));
    }

    [Fact]
    public async Task A_patch_brings_back_from_the_recycle_bin()
    {
        await using var session = await SimulatedSession.Start();
        var id = session.Account.AddContact("ada@example.com");
        session.Account.DeleteContact("ada@example.com");

        var restored = await session.Send("PATCH", "/contacts/v3/email/ada@example.com", "{}");

        Assert.Equal(HttpStatusCode.OK, restored.Status);
        Assert.Equal(id, session.Account.Contact("ada@example.com")!.Id);
    }

    [Fact]
    public async Task A_patch_moves_a_contact_to_a_new_address_unless_it_is_taken()
    {
        await using var session = await SimulatedSession.Start();
        var id = session.Account.AddContact("ada@example.com");
        session.Account.AddContact("eve@example.com");

        var taken = await session.Send("PATCH", $"/contacts/v3/contactId/{id}", """{"identifiers":{"email":"eve@example.com"}}""");
        var moved = await session.Send("PATCH", $"/contacts/v3/contactId/{id}", """{"identifiers":{"email":"ada@new.example"}}""");

        Assert.Equal(HttpStatusCode.Conflict, taken.Status);
        Assert.Equal("contacts:idAlreadyExists", taken.ErrorCode);
        Assert.Equal(HttpStatusCode.OK, moved.Status);
        Assert.Equal(id, session.Account.Contact("ada@new.example")!.Id);
    }

    [Theory]
    [InlineData("""{"lists":[99]}""")]
    [InlineData("""{"lists":[]}""")]
    [InlineData("""{"dataFields":{"SHOE":1}}""")]
    [InlineData("""{"identifiers":{"contactId":7}}""")]
    [InlineData("""{"identifiers":{"mobileNumber":"none"}}""")]
    [InlineData("""{"channelProperties":{"email":{"status":"Subscribed"}}}""")]
    public async Task A_patch_that_breaks_a_rule_is_refused_and_writes_nothing(string body)
    {
        await using var session = await SimulatedSession.Start();

        var refused = await session.Send("PATCH", "/contacts/v3/email/ada@example.com", body);

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal("contacts:invalidContacts", refused.ErrorCode);
        Assert.NotEmpty(refused.Json!["details"]!.AsArray());
        Assert.Equal(0, session.Account.ContactCount);
    }
}
