using Rollcall.Model;
using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>People who count as deleted at Dotdigital, who do not, and who exist again.</summary>
public sealed class DeletedPeopleTests
{
    private const string Ann = "ann@example.com";

    [Fact]
    public async Task One_value_that_Dotdigital_refuses_makes_nobody_deleted()
    {
        await using var scene = await MembersAsync(60);
        scene.Set("gold", People(60).Select(p => $"{p},Other,2"));
        var deleted = false;
        scene.Export.Before = request =>
        {
            if (request == "PUT /contacts/v3/import" && !deleted)
            {
                deleted = true;
                scene.Account.DeleteDataField("SPEND");
            }
        };

        var result = await scene.RunAsync();

        Assert.Equal((60L, 0L, ExitCode.SomeNotDelivered), (result.Outcomes.Failed, result.Outcomes.Suppressed, result.ExitCode));
        Assert.All(result.Failures, f => Assert.Equal(("InvalidContact", "Failed"), (f.Code, f.Outcome)));
        Assert.Contains("SPEND", result.Failures[0].Reason, StringComparison.Ordinal);
        ExportScene.AddsUp(result);

        // Once the field is back, all of them are updated; and those who leave are removed.
        scene.Account.AddDataField("SPEND", "Numeric");
        await scene.RunAsync();
        Assert.Equal("Other", scene.Account.Contact("m59@example.com")!.DataFields["FIRSTNAME"]);
        scene.Set("gold", People(55).Select(p => $"{p},Other,2"));
        await scene.RunAsync();
        Assert.Equal(55, scene.InGold().Count);
    }

    [Fact]
    public async Task Many_deletions_at_once_are_believed_only_when_allowed()
    {
        await using var scene = await MembersAsync(100);
        People(15).ToList().ForEach(scene.Account.DeleteContact);
        scene.Set("gold", People(100).Select(p => $"{p},Other,2"));

        var held = await scene.RunAsync();
        Assert.Equal(
            ("deleted", 15L, (long?)scene.Gold, ExitCode.Guard),
            (Assert.Single(held.Guards).Guard, held.Guards[0].Actual, held.Guards[0].AddressBookId, held.ExitCode));
        Assert.Equal((15, 15), (held.Failures.Count, held.Failures.Count(f => f is { Code: "PerhapsDeleted", Outcome: "Failed" })));
        Assert.Equal("delivered", (await scene.ExplainAsync("m0@example.com")).Books[0].State);
        ExportScene.AddsUp(held);

        var allowed = await scene.RunAsync("deleted");
        Assert.Empty(allowed.Guards);
        Assert.Equal((15L, ExitCode.Done), (allowed.Outcomes.Suppressed, allowed.ExitCode));
        Assert.Equal("suppressed", (await scene.ExplainAsync("m0@example.com")).Books[0].State);
        ExportScene.AddsUp(allowed);
    }

    [Fact]
    public async Task Ten_deletions_or_fewer_are_looked_up_and_believed()
    {
        await using var scene = await MembersAsync(60);
        People(10).ToList().ForEach(scene.Account.DeleteContact);
        scene.Set("gold", People(60).Select(p => $"{p},Other,2"));

        var result = await scene.RunAsync();

        Assert.Empty(result.Guards);
        Assert.Equal((10L, ExitCode.Done), (result.Outcomes.Suppressed, result.ExitCode));
        Assert.Null(scene.Account.Contact("m0@example.com"));
    }

    [Fact]
    public async Task Many_deletions_found_by_reading_a_book_hold_the_book_until_allowed()
    {
        await using var scene = await MembersAsync(200);
        People(12).ToList().ForEach(scene.Account.DeleteContact);

        var held = await scene.LaterAsync();
        Assert.Equal(("deleted", ExitCode.Guard), (Assert.Single(held.Guards).Guard, held.ExitCode));
        Assert.Equal("delivered", (await scene.ExplainAsync("m0@example.com")).Books[0].State);

        // Held, the books are read again by the next run, without waiting for a week.
        await scene.RunAsync("deleted");
        Assert.Equal("suppressed", (await scene.ExplainAsync("m0@example.com")).Books[0].State);
    }

    [Fact]
    public async Task A_deletion_that_was_wrong_is_taken_back_when_the_books_are_read()
    {
        await using var scene = await MembersAsync(3);
        scene.Account.DeleteContact("m0@example.com");
        scene.Set("gold", People(3).Select(p => $"{p},Other,2"));
        Assert.Equal(1, (await scene.RunAsync()).Outcomes.Suppressed);

        // A marketer restores the contact from the recycle bin.
        await scene.RestoreAsync("m0@example.com");
        var result = await scene.LaterAsync();

        Assert.Contains(
            result.Notices,
            n => n.StartsWith("1 person was recorded as deleted at Dotdigital, and it shows their contacts", StringComparison.Ordinal));
        Assert.Equal(People(3), scene.InGold());
        Assert.Equal("Other", scene.Account.Contact("m0@example.com")!.DataFields["FIRSTNAME"]);
        ExportScene.AddsUp(result);
        scene.Set("gold", People(3).Skip(1));
        await scene.RunAsync();
        Assert.Equal(People(3).Skip(1), scene.InGold());
    }

    [Fact]
    public async Task A_person_who_registers_again_after_the_deletion_was_seen_enters_as_a_new_contact_and_is_reported()
    {
        await using var scene = await DeletedAsync();
        scene.Clock.Ahead += TimeSpan.FromDays(1);
        scene.Account.AddContact(Ann);

        var before = await scene.RunAsync();
        Assert.Equal(1, before.Audiences[0].Suppressed);
        var result = await scene.LaterAsync();

        Assert.Contains(result.Notices, n => n.StartsWith("1 person who had been deleted at Dotdigital registered there again", StringComparison.Ordinal));
        Assert.Equal([Ann, "bob@example.com"], scene.InGold());
        Assert.Equal("Anna", scene.Account.Contact(Ann)!.DataFields["FIRSTNAME"]);
        ExportScene.AddsUp(result);
        Assert.Equal(2, (await scene.RunAsync()).Audiences[0].Unchanged);
        scene.Set("gold", "bob@example.com");
        await scene.RunAsync();
        Assert.Equal(["bob@example.com"], scene.InGold());
    }

    [Fact]
    public async Task A_person_who_registered_again_and_opted_out_stays_out()
    {
        await using var scene = await DeletedAsync();
        scene.Clock.Ahead += TimeSpan.FromDays(1);
        scene.Account.AddContact(Ann);
        scene.Account.Unsubscribe(Ann);

        await scene.LaterAsync();
        await scene.RunAsync();

        Assert.Equal(["bob@example.com"], scene.InGold());
        Assert.Equal(ContactStatus.Unsubscribed, scene.Account.Contact(Ann)!.Status);
    }

    [Fact]
    public async Task A_contact_that_a_late_import_of_ours_may_have_created_is_nobodys_own_registration()
    {
        // Another job of the folder sent Ann, and was not answered: Dotdigital may apply the import at any time.
        await using var scene = await DeletedAsync(async scene =>
        {
            scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.DropBefore });
            await scene.Export.RunOtherAsync();
        });
        scene.Clock.Ahead += TimeSpan.FromHours(2);
        scene.Account.AddContact(Ann);

        var result = await scene.LaterAsync();

        Assert.Contains(result.Notices, n => n.Contains("it is not certain that they registered by themselves", StringComparison.Ordinal));
        Assert.Equal((1L, 0), (result.Audiences[0].Suppressed, scene.Account.Contact(Ann)!.Books.Count));
    }

    private static IEnumerable<string> People(int count) => Enumerable.Range(0, count).Select(i => $"m{i}@example.com");

    private static async Task<WeeklyScene> MembersAsync(int count)
    {
        var scene = await WeeklyScene.StartAsync();
        scene.Set("gold", People(count).Select(p => $"{p},Someone,1"));
        await scene.RunAsync();
        return scene;
    }

    /// <summary>Ann and Bob were delivered, Ann was deleted, and a run has seen it.</summary>
    private static async Task<WeeklyScene> DeletedAsync(Func<WeeklyScene, Task>? before = null)
    {
        var scene = await WeeklyScene.StartAsync();
        scene.Set("gold", $"{Ann},Ann,1", "bob@example.com,Bob,1");
        await (before?.Invoke(scene) ?? Task.CompletedTask);
        await scene.RunAsync();
        scene.Account.DeleteContact(Ann);
        scene.Set("gold", $"{Ann},Anna,2", "bob@example.com,Bob,1");
        Assert.Equal(1, (await scene.RunAsync()).Audiences[0].Suppressed);
        return scene;
    }
}
