using Microsoft.Data.Sqlite;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Runs.ConsentScene;

namespace Rollcall.Tests.Runs;

/// <summary>What a call without an answer leaves in doubt stays in doubt until Dotdigital is asked.</summary>
public sealed class UnansweredCallTests
{
    private const string Add = "addContactToAddressBook";
    private const string Joins = "  trigger_join: true\n  exit_action: remove";
    private const string Unsubscribes = "  exit_action: unsubscribe";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_look_up_that_fails_does_not_make_an_unanswered_add_forgotten(bool wanted)
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = Joins;
        scene.Set("gold", Ann);
        scene.Account.AddFaults(new Fault { Operation = Add, Kind = FaultKind.DropBefore });
        await scene.RunAsync();

        // The lost call arrives now, and the look-up before the next one is refused.
        scene.Account.AddContact(Ann, scene.Gold);
        scene.Account.AddFaults(new Fault { Operation = "getContact", Kind = FaultKind.Refuse, Times = 9, Status = 400, Message = "No." });
        var failed = await scene.RunAsync();
        scene.Account.ClearFaults();
        scene.Set("gold", wanted ? [Ann] : [Bob]);
        await scene.RunAsync();

        Assert.Equal("Failed", Assert.Single(failed.Failures).Outcome);
        Assert.Equal(wanted ? [Ann] : [Bob], scene.In(scene.Gold));
        Assert.Equal(wanted ? 1 : 2, scene.Account.Calls[Add]);
    }

    [Fact]
    public async Task A_person_who_was_asked_to_confirm_by_an_unanswered_add_is_not_asked_again_by_the_next_book()
    {
        await using var scene = await ExportScene.StartAsync(o => o with { DoubleOptIn = DoubleOptIn.Single });
        scene.Config = Joins;
        scene.Set("gold", Ann);
        scene.Set("silver", Ann);
        scene.Account.AddFaults(new Fault { Operation = Add, Kind = FaultKind.DropAfter });

        var first = await scene.RunAsync();
        Assert.Equal((2L, 1), (first.Outcomes.Pending, scene.Account.Confirmations(Ann)));
        scene.Account.Confirm(Ann);
        await scene.RunAsync();

        Assert.All([scene.Gold, scene.Silver], book => Assert.Equal(1, scene.Account.Joins(Ann, book)));
        Assert.Equal(1, scene.Account.Confirmations(Ann));
    }

    [Fact]
    public async Task A_person_who_was_deleted_created_again_and_has_confirmed_enters_every_book()
    {
        await using var scene = await ExportScene.StartAsync(o => o with { DoubleOptIn = DoubleOptIn.Single });
        scene.Config = Joins;
        scene.More = "recreate_deleted: true";
        scene.Account.AddContact(Ann);
        scene.Set("gold", Ann);
        scene.Set("silver", Ann);
        await scene.RunAsync();
        scene.Account.DeleteContact(Ann);
        scene.Set("gold", Ann + ",Anna,2");
        scene.Set("silver", Ann + ",Anna,2");
        await scene.RunAsync();
        await scene.RunAsync();
        Assert.Equal(1, scene.Account.Confirmations(Ann));

        scene.Account.Confirm(Ann);
        await scene.RunAsync();

        Assert.All([scene.Gold, scene.Silver], book => Assert.Equal([Ann], scene.In(book)));
    }

    [Theory]
    [InlineData("removed")]
    [InlineData("bounced")]
    [InlineData("left")]
    public async Task An_unsubscription_without_an_answer_does_not_count_as_a_manual_one(string what)
    {
        await using var scene = await ConsentScene.StartAsync(Unsubscribes);
        scene.Export.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Export.Set("gold", Bob);
        scene.Account.AddFaults(new Fault { Operation = "unsubscribeFromAddressBook", Kind = FaultKind.DropBefore });
        scene.Export.Before = request =>
        {
            if (!request.EndsWith("/unsubscribe", StringComparison.Ordinal))
            {
                return;
            }

            switch (what)
            {
                case "removed":
                    scene.Account.RemoveFromBook(Ann, scene.Gold);
                    break;
                case "bounced":
                    scene.Account.SetStatus(Ann, ContactStatus.HardBounced);
                    break;
                default:
                    scene.Account.Unsubscribe(Ann, scene.Gold);
                    scene.Export.PlanOther();
                    break;
            }
        };

        await scene.RunAsync();
        scene.Export.Before = null;

        Assert.DoesNotContain("this job", Causes(scene));
        scene.Export.Set("gold", Ann, Bob);
        await scene.RunAsync();
        Assert.Equal(what == "left" ? [Bob] : [Ann, Bob], scene.Export.In(scene.Gold));
    }

    [Fact]
    public async Task People_of_an_unanswered_import_count_as_exits_before_they_are_unsubscribed()
    {
        await using var scene = await ConsentScene.StartAsync(Unsubscribes);
        var members = Enumerable.Range(0, 30).Select(i => $"m{i}@example.com").ToList();
        scene.Export.Set("gold", members);
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.DropBefore });
        await scene.RunAsync();

        // The lost import arrives now.
        members.ForEach(m => scene.Account.AddContact(m, scene.Gold));
        scene.Export.Set("gold", members[0]);
        var held = await scene.RunAsync();

        Assert.Equal(("exits", 29L), (Assert.Single(held.Guards).Guard, held.Guards[0].Actual));
        Assert.False(scene.Account.Calls.ContainsKey("unsubscribeFromAddressBook"));
    }

    private static List<string> Causes(ConsentScene scene)
    {
        using var store = new SqliteConnection($"Data Source={Path.Combine(scene.Export.DataFolder, "rollcall.db")};Pooling=False");
        store.Open();
        using var command = store.CreateCommand();
        command.CommandText = "SELECT cause FROM opt_out WHERE email_key = 'ann@example.com'";
        using var rows = command.ExecuteReader();
        var causes = new List<string>();
        while (rows.Read())
        {
            causes.Add(rows.GetString(0));
        }

        return causes;
    }
}
