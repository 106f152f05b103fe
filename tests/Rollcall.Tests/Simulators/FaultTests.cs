using System.Net;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

public class FaultTests
{
    [Fact]
    public async Task A_connection_dropped_before_acting_leaves_nothing_done()
    {
        await using var session = await Start(new SimulatorOptions { Faults = [Fault.Parse("createAddressBook:1:drop-before")] });

        await Assert.ThrowsAsync<HttpRequestException>(() => session.Post("/v2/address-books", """{"name":"x"}"""));

        Assert.Single(session.Account.Books);
        Assert.Equal(HttpStatusCode.Created, (await session.Post("/v2/address-books", """{"name":"x"}""")).Status);
    }

    [Fact]
    public async Task A_connection_dropped_after_acting_leaves_the_work_done_and_no_answer()
    {
        await using var session = await Start(new SimulatorOptions { Faults = [Fault.Parse("importContacts:1:drop-after")] });

        await Assert.ThrowsAsync<HttpRequestException>(() => session.Put(Record("a@example.com")));

        session.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(session.Account.Contact("a@example.com"));
    }

    [Fact]
    public async Task Refusals_strike_where_the_script_says_and_nowhere_else()
    {
        await using var session = await Start();
        session.Account.AddFaults(
            Fault.Parse("getAddressBooks:2x2:503"),
            Fault.Parse("every5:429"),
            new Fault { Operation = "createAddressBook", Kind = FaultKind.Refuse, Status = 400, Message = "In use. ERROR_ADDRESSBOOK_IN_USE" });

        var statuses = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            statuses.Add((int)(await session.Get("/v2/address-books")).Status);
        }

        Assert.Equal([200, 503, 503, 200, 429], statuses);
        Assert.Contains("ERROR_ADDRESSBOOK_IN_USE", (await session.Post("/v2/address-books", """{"name":"x"}""")).Message, StringComparison.Ordinal);
        Assert.Single(session.Account.Books);
    }

    [Fact]
    public async Task A_slow_call_waits_on_the_clock()
    {
        await using var session = await Start(new SimulatorOptions { Faults = [Fault.Parse("1:slow30")] });

        var slow = session.Get("/v2/address-books");
        await session.Reached("getAddressBooks");
        Assert.False(slow.IsCompleted);

        while (!slow.IsCompleted)
        {
            session.Clock.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        Assert.Equal(HttpStatusCode.OK, (await slow).Status);
    }

    [Theory]
    [InlineData("importContacts")]
    [InlineData("1:never")]
    [InlineData("0:500")]
    [InlineData("a:b:c:d")]
    public void A_fault_in_no_known_form_says_how_to_write_one(string text) =>
        Assert.Contains("Write [OPERATION:]WHEN:WHAT", Assert.Throws<FormatException>(() => Fault.Parse(text)).Message, StringComparison.Ordinal);
}
