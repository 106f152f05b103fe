using System.Text.RegularExpressions;
using Rollcall.Dotdigital;
using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Runs against a Dotdigital with endless answers, or with contact ids that are invalid or belong to other people.</summary>
public sealed class HostileAnswerTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    private static readonly string Long = new(' ', 70_000_000);

    [Fact]
    public async Task An_import_accepted_with_an_answer_without_end_stays_open_and_loses_nobody()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", Ann, Bob);
        scene.Answer = (request, body) => request == "PUT /contacts/v3/import" ? body + Long : body;
        await StopsAsync(scene, "contacts.import");
        Assert.Equal(1, scene.Account.Calls["importContacts"]);

        scene.Answer = null;
        await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
        Assert.Equal("delivered", (await scene.ExplainAsync(Ann)).Books[0].State);
    }

    [Theory]
    [InlineData("GET /contacts/v3/import/", "contacts.importReport")]
    [InlineData("GET /v2/contacts/suppressed-since", "contacts.suppressedSince")]
    [InlineData("GET /v2/address-books/", "contacts.unsubscribedSince")]
    [InlineData("GET /v2/data-fields", "dataFields.list")]
    [InlineData("GET /v2/account-info", "account.info")]
    public async Task An_endless_reading_stops_the_run_with_its_operation_and_the_next_run_continues(string request, string operation)
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", Ann, Bob);
        scene.Answer = (asked, body) => asked.StartsWith(request, StringComparison.Ordinal) ? Long + body : body;
        await StopsAsync(scene, operation);

        scene.Answer = null;
        await scene.RunAsync();

        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
        Assert.Equal("delivered", (await scene.ExplainAsync(Ann)).Books[0].State);
    }

    [Fact]
    public async Task A_report_with_more_rows_than_were_sent_stops_the_run()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", Ann, Bob);
        scene.Answer = (request, body) => request.StartsWith("GET /contacts/v3/import/", StringComparison.Ordinal)
            ? body.Replace("\"created\":[", "\"created\":[" + string.Concat(Enumerable.Repeat("{\"contactId\":1},", 5)), StringComparison.Ordinal)
            : body;
        await StopsAsync(scene, "contacts.importReport");

        scene.Answer = null;
        Assert.Equal(ExitCode.Done, (await scene.RunAsync()).ExitCode);
        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_removal_and_a_single_add_answered_without_end_are_looked_at_by_the_next_run()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = "  exit_action: remove\n  trigger_join: true";
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Set("gold", Bob, "cid@example.com");
        scene.Answer = (request, body) => request.EndsWith("/contacts/delete", StringComparison.Ordinal) ? body + Long : body;
        await StopsAsync(scene, "contacts.removeFromBook", "exits");
        scene.Answer = (request, body) =>
            request.EndsWith("/contacts", StringComparison.Ordinal) && request.StartsWith("POST", StringComparison.Ordinal) ? body + Long : body;
        await StopsAsync(scene, "contacts.addToBook", "exits");

        scene.Answer = null;
        await scene.RunAsync("exits");
        await scene.RunAsync("exits");

        Assert.Equal([Bob, "cid@example.com"], scene.In(scene.Gold));
        Assert.Equal(("left", "delivered"), ((await scene.ExplainAsync(Ann)).Books[0].State, (await scene.ExplainAsync("cid@example.com")).Books[0].State));
    }

    [Theory]
    [InlineData(-7L)]
    [InlineData(0L)]
    public async Task A_number_that_is_none_is_never_matched_by(long id)
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", Ann, Bob);
        scene.Answer = (request, body) =>
            request.StartsWith("GET /contacts/v3/import/", StringComparison.Ordinal)
                ? Regex.Replace(body, "\"contactId\": ?\"?\\d+\"?", $"\"contactId\":{id}")
                : body;
        await scene.RunAsync();
        scene.Answer = null;

        scene.Set("gold", Ann + ",Anna,2", Bob);
        Assert.Equal(ExitCode.Done, (await scene.RunAsync()).ExitCode);

        Assert.Equal(("Anna", "Someone"), (Name(scene, Ann), Name(scene, Bob)));
    }

    [Fact]
    public async Task Two_members_of_one_contact_that_is_gone_are_not_created_again()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", Ann);
        await scene.RunAsync();
        scene.Account.ChangeEmail(Ann, Bob);
        scene.Set("gold", Ann + ",Anna,2", Bob + ",Robert,2");
        await scene.RunAsync();
        scene.Account.DeleteContact(Bob);
        scene.Set("gold", Ann + ",Anne,3", Bob + ",Rob,3");

        var run = await scene.RunAsync("deleted", "missing");

        Assert.Null(scene.Account.Contact(Ann));
        Assert.Null(scene.Account.Contact(Bob));
        ExportScene.AddsUp(run);
    }

    [Fact]
    public async Task An_id_of_another_member_is_not_recorded()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", Ann);
        await scene.RunAsync();
        var stranger = scene.Account.Contact(Ann)!.Id;
        scene.Set("gold", Ann, Bob);
        scene.Answer = (request, body) =>
            request.StartsWith("GET /contacts/v3/import/", StringComparison.Ordinal)
                ? Regex.Replace(body, "\"contactId\": ?\"?\\d+\"?", $"\"contactId\":{stranger}")
                : body;
        Assert.Equal(ExitCode.Done, (await scene.RunAsync()).ExitCode);
        scene.Answer = null;

        scene.Set("gold", Ann, Bob + ",Robert,2");
        Assert.Equal(ExitCode.Done, (await scene.RunAsync()).ExitCode);

        Assert.Equal(("Someone", "Robert"), (Name(scene, Ann), Name(scene, Bob)));
    }

    [Fact]
    public async Task Ids_that_a_report_swaps_between_its_members_are_not_recorded()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", Ann, Bob);
        scene.Answer = (request, body) => request.StartsWith("GET /contacts/v3/import/", StringComparison.Ordinal)
            ? Regex.Replace(body, "\"contactId\": ?\"?\\d+\"?", $"\"contactId\":{scene.Account.Contact(Bob)?.Id ?? 1}")
            : body;
        await scene.RunAsync();
        scene.Answer = null;

        scene.Set("gold", Ann + ",Anna,2", Bob);
        Assert.Equal(ExitCode.Done, (await scene.RunAsync()).ExitCode);

        Assert.Equal(("Anna", "Someone"), (Name(scene, Ann), Name(scene, Bob)));
    }

    [Fact]
    public async Task An_id_of_another_member_on_a_page_is_not_matched_by()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", Ann);
        await scene.RunAsync();
        var ann = scene.Account.Contact(Ann)!.Id;
        scene.Account.AddContact(Bob, scene.Silver);
        var bob = scene.Account.Contact(Bob)!.Id;
        scene.Set("silver", Bob + ",Robert,2");
        scene.Answer = (request, body) =>
            request == "GET /contacts/v3" ? body.Replace($"\"contactId\":{bob}", $"\"contactId\":{ann}", StringComparison.Ordinal) : body;
        await scene.RunAsync();
        scene.Answer = null;
        scene.Set("silver", Bob + ",Rob,3");
        await scene.RunAsync();

        Assert.Equal(("Someone", "Rob"), (Name(scene, Ann), Name(scene, Bob)));
    }

    [Fact]
    public async Task A_single_add_that_shows_another_address_brings_no_id()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = "  trigger_join: true";
        scene.Account.AddContact("stranger@example.com");
        var stranger = scene.Account.Contact("stranger@example.com")!.Id;
        scene.Set("gold", Ann);
        scene.Answer = (request, body) => request.StartsWith("POST", StringComparison.Ordinal)
            ? Regex.Replace(body, "\"id\": ?\\d+", $"\"id\":{stranger}").Replace(Ann, "stranger@example.com", StringComparison.Ordinal)
            : body;
        await scene.RunAsync();
        scene.Answer = null;

        scene.Set("gold", Ann + ",Anna,2");
        await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal("Anna", Name(scene, Ann));
        Assert.False(scene.Account.Contact("stranger@example.com")!.DataFields.ContainsKey("FIRSTNAME"));
    }

    private static async Task StopsAsync(ExportScene scene, string operation, params string[] allow)
    {
        var stop = await Assert.ThrowsAsync<RollcallException>(() => scene.RunAsync(allow));
        Assert.Equal(ExitCode.Dotdigital, stop.ExitCode);
        Assert.Contains(operation, stop.Message, StringComparison.Ordinal);
        Assert.Equal("Boundless", Assert.IsType<DotdigitalException>(stop.InnerException).Kind.ToString());
    }

    private static string? Name(ExportScene scene, string email) => scene.Account.Contact(email)!.DataFields.GetValueOrDefault("FIRSTNAME");
}
