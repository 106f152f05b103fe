using System.Text.Json;
using Rollcall.Model;
using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>People who enter are added singly, so that they join.</summary>
public sealed class DirectAddTests
{
    private const string Add = "addContactToAddressBook";

    [Fact]
    public async Task A_person_who_enters_is_added_singly_and_joins_once_and_changed_fields_go_in_bulk()
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync();
        scene.Set("gold", "ann@example.com,Ann,1", "bob@example.com,Bob,2");

        var first = await scene.RunAsync();
        scene.Set("gold", "ann@example.com,Ann,9", "bob@example.com,Bob,2", "cyd@example.com,Cyd,3");
        var second = await scene.RunAsync();
        var third = await scene.RunAsync();

        Assert.Equal(["ann@example.com", "bob@example.com", "cyd@example.com"], scene.In(scene.Gold));
        Assert.All(scene.In(scene.Gold), e => Assert.Equal(1, scene.Account.Joins(e, scene.Gold)));
        Assert.Equal((3, 1), (scene.Account.Calls[Add], scene.Account.Calls["importContacts"]));
        Assert.Equal(
            ("9", "Cyd"),
            (scene.Account.Contact("ann@example.com")!.DataFields["SPEND"], scene.Account.Contact("cyd@example.com")!.DataFields["FIRSTNAME"]));
        Assert.Equal((2L, 1L, 1L), (first.Audiences[0].Entered, second.Audiences[0].Entered, second.Audiences[0].Updated));
        Assert.Equal(3, third.Audiences[0].Unchanged);
        Assert.All([first, second, third], r => Assert.Equal(ExitCode.Done, r.ExitCode));
        Assert.All([first, second, third], ExportScene.AddsUp);
    }

    [Fact]
    public async Task Someone_in_two_audiences_joins_each_of_two_books_once()
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync();
        scene.Set("gold", "ann@example.com");
        scene.Set("silver", "ann@example.com", "bob@example.com");

        await scene.RunAsync();

        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Silver));
        Assert.Equal((1, 1), (scene.Account.Joins("ann@example.com", scene.Gold), scene.Account.Joins("ann@example.com", scene.Silver)));
        Assert.Equal(3, scene.Account.Calls[Add]);
    }

    [Theory]
    [InlineData(ContactStatus.HardBounced, "HardBounced")]
    [InlineData(ContactStatus.Unsubscribed, "Unsubscribed")]
    public async Task A_person_dotdigital_refuses_is_suppressed_with_the_status_it_shows(ContactStatus status, string code)
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync(o => o with { FeedLoss = 1 });
        scene.Account.AddContact("ann@example.com");
        scene.Account.SetStatus("ann@example.com", status);
        scene.Account.AddContact("bob@example.com", scene.Gold);
        scene.Account.Unsubscribe("bob@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com", "bob@example.com", "cyd@example.com");

        var result = await scene.RunAsync();

        Assert.Equal(["cyd@example.com"], scene.In(scene.Gold));
        Assert.Equal(("Suppressed", code), Fate(result, "ann@example.com"));
        Assert.Equal(("Suppressed", "Unsubscribed"), Fate(result, "bob@example.com"));
        Assert.Equal((ExitCode.Done, 2L), (result.ExitCode, result.Audiences[0].Suppressed));
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task An_address_dotdigital_does_not_take_is_invalid_and_stays_so()
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync();
        scene.Set("gold", "ann@example.com", "bob@localhost.invalid-");
        scene.Account.AddFaults(new Fault { Operation = Add, Kind = FaultKind.Refuse, Status = 400, Message = "ERROR_INVALID_EMAIL" });
        scene.Set("gold", "ann@example.com");

        var result = await scene.RunAsync();
        var second = await scene.RunAsync();

        Assert.Equal(("Invalid", "InvalidEmail"), Fate(result, "ann@example.com"));
        Assert.Equal((1L, 1L, 1), (result.Audiences[0].Invalid, second.Audiences[0].Invalid, scene.Account.Calls[Add]));
        Assert.Equal(ExitCode.Done, result.ExitCode);
    }

    [Theory]
    [InlineData("o'hara+tag@example.com")]
    [InlineData("a/b#c%d?e@example.com")]
    [InlineData("zoë.müller@example.com")]
    [InlineData("\"quoted\"@example.com")]
    public async Task An_address_arrives_unchanged_by_either_api(string email)
    {
        foreach (var api in new[] { "v2", "v3" })
        {
            await using var scene = await ExportScene.StartWithSingleAddsAsync();
            scene.More = $"direct_api: {api}";
            scene.Set("gold", "\"" + email.Replace("\"", "\"\"", StringComparison.Ordinal) + "\",Ann,1");

            var result = await scene.RunAsync();

            Assert.Equal([email], scene.In(scene.Gold));
            Assert.Equal(1, result.Audiences[0].Entered);
        }
    }

    [Fact]
    public async Task The_v3_call_writes_fields_and_lists_in_one_and_merges_as_the_job_says()
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync(o => o with { PatchJoins = true });
        scene.More = "direct_api: v3\nmerge_option: overwrite_if_empty";
        scene.Account.AddContact("ann@example.com");
        scene.Account.Plant(
            new Seed
            {
                Contacts =
                [
                    new SeedContact
                    {
                        Email = "bob@example.com",
                        DataFields = new Dictionary<string, JsonElement> { ["FIRSTNAME"] = JsonSerializer.SerializeToElement("Robert") },
                    },
                ],
            });
        scene.Set("gold", "ann@example.com,Ann,1", "bob@example.com,Bob,2");

        var result = await scene.RunAsync();

        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
        Assert.Equal(
            ("Ann", "Robert", "2"),
            (Field(scene, "ann@example.com", "FIRSTNAME"), Field(scene, "bob@example.com", "FIRSTNAME"), Field(scene, "bob@example.com", "SPEND")));
        Assert.Equal((2, 2L), (scene.Account.Calls["importContact"], result.Audiences[0].Entered));
        Assert.Equal(1, scene.Account.Joins("ann@example.com", scene.Gold));
        Assert.Contains(scene.Job().Warnings, w => w.Where == "direct_api" || w.ToString().Contains("direct_api", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_person_who_was_deleted_at_dotdigital_is_not_created_again_by_an_add_to_another_book()
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        scene.Account.DeleteContact("ann@example.com");
        scene.Set("silver", "ann@example.com", "bob@example.com");

        var result = await scene.RunAsync();

        Assert.Equal(["bob@example.com"], scene.In(scene.Silver));
        Assert.Contains(result.Failures, f => f is { Email: "ann@example.com", Code: "DeletedAtDotdigital" } && f.AddressBookId == scene.Silver);
        Assert.Equal(ExitCode.Done, result.ExitCode);
    }

    [Fact]
    public async Task A_person_who_was_in_the_book_before_the_job_does_not_join_again()
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync();
        scene.Account.AddContact("ann@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com,Ann,5", "bob@example.com,Bob,5");

        var result = await scene.RunAsync();

        Assert.Equal((0, 1), (scene.Account.Joins("ann@example.com", scene.Gold), scene.Account.Joins("bob@example.com", scene.Gold)));
        Assert.Equal(("5", 2L), (Field(scene, "ann@example.com", "SPEND"), result.Audiences[0].Entered));
    }

    [Fact]
    public async Task Explain_says_that_someone_will_be_added_singly_and_then_that_they_were()
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync();
        scene.Set("gold", "ann@example.com");

        Assert.Contains((await scene.ExplainAsync("ann@example.com")).Next, n => n.Contains("by a call of its own", StringComparison.Ordinal));
        await scene.RunAsync();
        Assert.Contains("added the person", (await scene.ExplainAsync("ann@example.com")).Books[0].Reason, StringComparison.Ordinal);
    }

    private static (string Outcome, string Code) Fate(RunResult result, string email)
    {
        var failure = Assert.Single(result.Failures, f => f.Email == email);
        return (failure.Outcome, failure.Code);
    }

    private static string? Field(ExportScene scene, string email, string field) => scene.Account.Contact(email)!.DataFields.GetValueOrDefault(field);
}
