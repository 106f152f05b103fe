using DuckDB.NET.Data;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Simulators;
using Rollcall.Store;
using Rollcall.Store.Sqlite;
using Xunit;
using static Rollcall.Tests.Runs.ConsentScene;

namespace Rollcall.Tests.Runs;

/// <summary>Opt-outs that two jobs, a feed, a look-up and the person themselves report differently, or at the same time.</summary>
public sealed class ConsentAtOnceTests
{
    [Theory]
    [InlineData("")]
    [InlineData("\n  trigger_join: true")]
    public async Task Two_jobs_at_once_answer_an_opt_out_once(string more)
    {
        await using var scene = await ConsentScene.StartAsync(Asks + more);
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Known(Bob, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann);
        var looked = false;
        var ran = false;
        scene.Export.Before = request => looked |= request.Contains("/contacts/v3/email/", StringComparison.Ordinal);
        scene.Export.Checkpoint = at =>
        {
            if (looked && !ran && at == "file")
            {
                ran = true;
                ExportRun.ExecuteAsync(
                    scene.Export.Job() with { Tag = "other" },
                    new RunOptions(),
                    scene.Export.Workplace() with { Http = null, Checkpoint = null },
                    TestContext.Current.CancellationToken)
                    .GetAwaiter()
                    .GetResult();
                scene.Export.Set("gold", Ann, Bob);
            }
        };

        var result = await scene.RunAsync();

        Assert.True(ran);
        Assert.Equal(1, scene.Account.Challenges(Ann));
        Assert.Contains("at the same time", Assert.Single(result.Failures).Reason, StringComparison.Ordinal);
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_book_that_the_look_up_shows_the_person_left_is_left_alone_when_they_come_back_to_the_account()
    {
        await using var scene = await ConsentScene.StartAsync(BringsBack);
        scene.Known(Ann, ContactStatus.Unsubscribed, (scene.Gold, BookStatus.Unsubscribed));
        scene.Export.Set("gold", Ann);
        scene.Export.Set("silver", Ann);
        scene.Export.Answer = (request, answer) =>
            request.Contains($"/address-books/{scene.Gold}/", StringComparison.Ordinal)
                && request.Contains("unsubscribed-since", StringComparison.Ordinal)
                ? "[]"
                : answer;

        var result = await scene.RunAsync();
        await scene.RunAsync();

        Assert.Empty(scene.Export.In(scene.Gold));
        Assert.Equal([Ann], scene.Export.In(scene.Export.Silver));
        Assert.Contains(result.Failures, f => f.Reason.Contains("left this book too", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Looking_for_removed_people_does_not_end_the_wait_for_an_answer()
    {
        await using var scene = await ConsentScene.StartAsync(Asks);
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.PassDays(8);
        await scene.RunAsync();
        Assert.Equal("pending", (await scene.Export.ExplainAsync(Ann)).Books[0].State);

        scene.Account.Confirm(Ann);
        await scene.RunAsync();

        Assert.Equal("delivered", (await scene.Export.ExplainAsync(Ann)).Books[0].State);
    }

    [Fact]
    public async Task A_person_who_opts_out_after_they_were_added_and_comes_back_by_themselves_is_not_unsubscribed()
    {
        await using var scene = await ConsentScene.StartAsync("  exit_action: remove");
        scene.Known(Ann);
        scene.Export.Set("gold", Ann);
        var (sent, done) = (false, false);
        scene.Export.Before = request =>
        {
            sent |= request == "PUT /contacts/v3/import";
            var reads = request.StartsWith("GET /contacts/v3", StringComparison.Ordinal) && !request.Contains("import", StringComparison.Ordinal);
            if (sent && !done && reads && scene.Export.In(scene.Gold).Contains(Ann))
            {
                // The import has ended, and its people are read back.
                done = true;
                scene.PassHours(1);
                scene.Account.Unsubscribe(Ann, scene.Gold);
                scene.Export.PlanOther();
                scene.PassHours(1);
                scene.Account.Subscribe(Ann, scene.Gold);
            }
        };

        await scene.RunAsync();

        Assert.True(done);
        Assert.Equal([Ann], scene.Export.In(scene.Gold));
        Assert.False(scene.Account.Calls.ContainsKey("unsubscribeFromAddressBook"));
    }

    [Fact]
    public async Task An_opt_out_without_a_date_counts_after_a_lifting()
    {
        await using var scene = await ConsentScene.StartAsync(BringsBack);
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann, Bob);
        await scene.RunAsync();
        Assert.Equal([Ann, Bob], scene.Export.In(scene.Gold));

        using (var store = (SqliteStore)Stores.Open(new DataFolder(scene.Export.DataFolder)))
        {
            var account = store.Connection.Number("SELECT account_id FROM job");
            store.OptOuts(account).KeepPage(new FeedPage(OptOuts.WholeAccount, [new FeedOptOut(Ann, null, "Unsubscribed", null, 0)], 0, null, 0, 0));
            Assert.Equal(1, store.Connection.Number("SELECT count(*) FROM opt_out WHERE lifted_at IS NULL"));
        }

        scene.Account.Unsubscribe(Ann);

        var result = await scene.RunAsync();
        Assert.Equal("Unsubscribed", Assert.Single(result.Failures).Code);
        Assert.Equal(1, scene.Account.Counters.Resubscriptions);
    }

    [Fact]
    public async Task A_person_who_moves_to_another_address_entered_when_they_entered_under_the_former_one()
    {
        await using var scene = await ConsentScene.StartAsync("  exit_action: remove\n  key_field: name");
        scene.Export.Set("gold", "ann@old.example,k1,1", "bob@example.com,k2,1");
        await scene.RunAsync();
        var entered = EnteredAt(scene.Export, "ann@old.example");
        scene.PassDays(5);
        scene.Export.Set("gold", "ann@new.example,k1,1", "bob@example.com,k2,1");

        await scene.RunAsync();

        Assert.NotNull(scene.Account.Contact("ann@new.example"));
        Assert.Equal(entered, EnteredAt(scene.Export, "ann@new.example"));
    }

    [Fact]
    public async Task A_machine_that_is_days_ahead_dates_no_entry_later_than_Dotdigital_does()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Clock = new LeapingClock { Ahead = TimeSpan.FromDays(3) };
        scene.Set("gold", Ann);

        await scene.RunAsync();

        Assert.InRange(
            EnteredAt(scene, Ann),
            TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeMilliseconds(),
            TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds());
    }

    private static long EnteredAt(ExportScene scene, string email)
    {
        var generation = Directory.GetDirectories(Path.Combine(scene.DataFolder, "ledger", "scene")).Order(StringComparer.Ordinal).Last();
        using var duckdb = new DuckDBConnection("DataSource=:memory:");
        duckdb.Open();
        using var command = duckdb.CreateCommand();
        command.CommandText = $"SELECT entered_at FROM read_parquet('{generation}/*.parquet') WHERE member_key = '{email}'";
        return (long)command.ExecuteScalar()!;
    }
}
