using Microsoft.Data.Sqlite;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Runs.ConsentScene;

namespace Rollcall.Tests.Runs;

/// <summary>What remains valid for erased people: their choices, what was sent to them, where they were before.</summary>
public sealed class ForgottenPeopleTests
{
    [Fact]
    public async Task Nobody_erased_after_an_opt_out_is_brought_back_and_a_later_opt_out_is_not_lost()
    {
        await using var scene = await ConsentScene.StartAsync("  exit_action: remove\n  resubscribe_no_challenge: true");
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Bob);
        await scene.RunAsync();
        Forgotten(scene.Export, Ann);
        scene.Export.Set("gold", Ann, Bob);

        var result = await scene.RunAsync();

        Assert.Equal([Bob], scene.Export.In(scene.Gold));
        Assert.Equal(0, scene.Account.Counters.Resubscriptions);
        Assert.Contains("was erased since", Assert.Single(result.Failures).Reason, StringComparison.Ordinal);

        var before = Number(scene.Export, "SELECT since FROM forgotten_opt_out");
        scene.Account.Subscribe(Ann);
        scene.Account.Unsubscribe(Ann);
        await scene.RunAsync();
        Assert.True(Number(scene.Export, "SELECT since FROM forgotten_opt_out") > before + 1000);
        Assert.Equal(0, scene.Account.Counters.Resubscriptions);
    }

    [Fact]
    public async Task An_opt_out_that_was_lifted_is_not_kept_of_someone_erased()
    {
        await using var scene = await ConsentScene.StartAsync("  exit_action: remove\n  resubscribe_no_challenge: true");
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann, Bob);
        await scene.RunAsync();
        Assert.Equal([Ann, Bob], scene.Export.In(scene.Gold));

        Assert.Equal(0, Forgotten(scene.Export, Ann).OptOutsKept);
    }

    [Fact]
    public async Task A_second_erasure_does_not_let_a_run_start_while_the_first_continues()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        await scene.RunAsync();
        var stops = new List<ExitCode>();
        Forget.Run("ann@example.com", scene.DataFolder, _ => null, _ =>
        {
            if (stops.Count == 0)
            {
                stops.Add(Assert.Throws<RollcallException>(() => Forgotten(scene, "bob@example.com")).ExitCode);
                stops.Add(Assert.Throws<RollcallException>(() => scene.RunAsync().GetAwaiter().GetResult()).ExitCode);
            }
        }, TestContext.Current.CancellationToken);

        Assert.Equal([ExitCode.Busy, ExitCode.Busy], stops);
        Assert.False(File.Exists(Path.Combine(scene.DataFolder, "locks", ".forget.lock")));
        await scene.RunAsync();
    }

    [Fact]
    public async Task Nobody_is_erased_while_the_result_of_a_write_about_them_is_unsettled()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = "  exit_action: remove\n  trigger_join: true";
        scene.Set("gold", "ann@example.com");
        scene.Before = request =>
            _ = request.StartsWith("POST", StringComparison.Ordinal) && request.EndsWith("/contacts", StringComparison.Ordinal)
                ? throw new InvalidOperationException("killed")
                : 0;
        await Assert.ThrowsAsync<InvalidOperationException>(() => scene.RunAsync());
        scene.Before = null;

        var refused = Assert.Throws<RollcallException>(() => Forgotten(scene, "ann@example.com"));

        Assert.Equal(ExitCode.Busy, refused.ExitCode);
        Assert.Contains("no run has settled", refused.Message, StringComparison.Ordinal);
        Forgotten(scene, "bob@example.com");
        await scene.RunAsync();
        Forgotten(scene, "ann@example.com");
    }

    [Fact]
    public async Task A_person_who_was_in_a_book_before_the_job_and_was_erased_is_still_not_taken_out()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.AddContact("ann@example.com", scene.Gold);
        scene.Set("gold", "bob@example.com");
        await scene.RunAsync();
        Forgotten(scene, "ann@example.com");

        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        scene.Set("gold", "bob@example.com");
        await scene.RunAsync();

        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
    }

    private static ForgetResult Forgotten(ExportScene scene, string email) =>
        Forget.Run(email, scene.DataFolder, _ => null, cancellation: TestContext.Current.CancellationToken);

    private static long Number(ExportScene scene, string sql)
    {
        using var store = new SqliteConnection($"Data Source={Path.Combine(scene.DataFolder, "rollcall.db")};Pooling=False");
        store.Open();
        using var command = store.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
