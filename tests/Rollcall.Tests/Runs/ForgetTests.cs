using System.Runtime.Versioning;
using Microsoft.Data.Sqlite;
using Rollcall.Model;
using Rollcall.Operations;
using Xunit;
using static Rollcall.Tests.Runs.ForgetScene;

namespace Rollcall.Tests.Runs;

/// <summary>A person is erased from everything that Rollcall keeps, and their opt-outs still count.</summary>
public sealed class ForgetTests
{
    [Fact]
    public async Task Nothing_in_the_data_folder_or_the_status_files_knows_the_person_any_more()
    {
        await using var scene = await LivedInAsync();
        Assert.NotEmpty(Finding(scene, Person));

        var result = Forgotten(scene, Person.ToUpperInvariant());

        Assert.Empty(Finding(scene, Person));
        Assert.NotEmpty(Finding(scene, "bob@example.com"));
        Assert.NotEmpty(Finding(scene, "x" + Person));
        Assert.Superset(
            new HashSet<string> { "ledger", "manifests", "outcomes", "failures", "events", "there", "logs", "store", "status files" },
            result.Erased.Keys.ToHashSet());
        Assert.Contains(result.Remains, r => r.Contains("Dotdigital", StringComparison.Ordinal));
        Assert.Contains(result.Remains, r => r.StartsWith("The source of scene (gold, silver)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Neither_insight_data_nor_recommendations_know_the_person_any_more()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Files = "picks: picks.csv";
        scene.Tables = "    recommendations: {picks: {from: picks}}";
        scene.Config = "  collection_id: picks\n  insight_recommendations: true\n  insight_fields: [name]";
        scene.Write("picks.csv", "email,rank,title", $"{Person},1,First", "bob@example.com,1,Only");
        scene.Set("gold", Person, "bob@example.com");
        await scene.RunAsync();
        Assert.Contains(Finding(scene, Person), found => found.Contains("insight", StringComparison.Ordinal));

        var result = Forgotten(scene, Person);

        Assert.Empty(Finding(scene, Person));
        Assert.NotEmpty(Finding(scene, "bob@example.com"));
        Assert.Equal(3, result.Erased["insight"]);
    }

    [Fact]
    public async Task The_job_runs_on_as_before_for_everyone_else()
    {
        await using var scene = await LivedInAsync();
        Forgotten(scene, Person);
        scene.Set("gold", "bob@example.com", "x" + Person);
        var writes = scene.Writes;

        var result = await scene.RunAsync();

        Assert.Equal(writes, scene.Writes);
        Assert.Equal(2, result.Audiences[0].Unchanged);
        using var history = new History(scene.DataFolder);
        Assert.Equal(2, history.Job("scene")!.Books.Sum(b => b.Delivered));
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task An_opt_out_of_someone_forgotten_is_still_honoured()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.AddContact(Person, scene.Gold);
        scene.Set("gold", Person, "bob@example.com");
        await scene.RunAsync();
        scene.Account.Unsubscribe(Person, scene.Gold);
        await scene.RunAsync();

        Assert.Equal(1, Forgotten(scene, Person).OptOutsKept);

        // Deleted there, and added again manually: no feed contains the opt-out any more.
        scene.Account.DeleteContact(Person);
        scene.Set("gold", "bob@example.com");
        await scene.RunAsync();
        Assert.Empty(Finding(scene, Person));
        scene.Set("gold", Person, "bob@example.com");
        var result = await scene.RunAsync();

        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
        Assert.Equal(1, result.Audiences[0].Suppressed);
        Assert.Contains("Unsubscribed", Assert.Single(result.Failures).Reason, StringComparison.Ordinal);
        Assert.Contains("left alone", (await scene.ExplainAsync(Person)).Next[0], StringComparison.Ordinal);
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_feed_that_still_reports_the_opt_out_does_not_bring_the_address_back()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.AddContact(Person, scene.Gold);
        scene.Account.Unsubscribe(Person, scene.Gold);
        scene.Account.Unsubscribe(Person);
        scene.Set("gold", "bob@example.com");
        await scene.RunAsync();
        Assert.NotEmpty(Finding(scene, Person));
        Assert.Equal(2, Forgotten(scene, Person).OptOutsKept);

        await scene.RunAsync();

        Assert.Empty(Finding(scene, Person));
    }

    [Fact]
    public async Task A_person_who_had_not_opted_out_is_new_when_they_come_back()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", Person, "bob@example.com");
        await scene.RunAsync();
        scene.Account.DeleteContact(Person);
        Assert.Equal(0, Forgotten(scene, Person).OptOutsKept);

        var result = await scene.RunAsync();

        Assert.Equal([Person, "bob@example.com"], scene.In(scene.Gold));
        Assert.Equal(1, result.Audiences[0].Entered);
    }

    [Fact]
    public async Task Without_its_key_no_run_sends_anything()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.AddContact(Person, scene.Gold);
        scene.Account.Unsubscribe(Person, scene.Gold);
        scene.Set("gold", "bob@example.com");
        await scene.RunAsync();
        Forgotten(scene, Person);
        File.Delete(Path.Combine(scene.DataFolder, "forgotten.key"));

        Assert.Equal(ExitCode.BadJob, (await Assert.ThrowsAsync<RollcallException>(() => scene.RunAsync())).ExitCode);
    }

    [Fact]
    public async Task Cut_short_at_any_moment_it_is_repeated_and_the_opt_out_is_never_lost()
    {
        await using var scene = await LivedInAsync();
        var stops = 0;
        for (var at = 1; ; at += 1 + (at / 6))
        {
            var left = at;
            try
            {
                Forget.Run(Person, scene.DataFolder, _ => null, _ =>
                {
                    if (--left == 0)
                    {
                        throw new OperationCanceledException();
                    }
                }, TestContext.Current.CancellationToken);
                break;
            }
            catch (OperationCanceledException)
            {
                stops++;
                var known = $"SELECT count(*) FROM opt_out WHERE email_key = '{Person.Replace("'", "''", StringComparison.Ordinal)}'";
                Assert.True(Counted(scene, $"SELECT ({known}) + (SELECT count(*) FROM forgotten_opt_out)") > 0);
            }
        }

        Assert.True(stops > 6, $"{stops} stops");
        Assert.Empty(Finding(scene, Person));
        Assert.Equal(1, Counted(scene, "SELECT count(*) FROM forgotten_opt_out"));
        Assert.Equal(2, (await scene.RunAsync()).Audiences[0].Unchanged);
    }

    [Fact]
    public async Task Nobody_is_erased_during_a_run_and_no_run_starts_during_an_erasure()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        RollcallException? refused = null;
        scene.Before = request =>
        {
            if (refused is null && request == "PUT /contacts/v3/import")
            {
                refused = Assert.Throws<RollcallException>(() => Forgotten(scene, "ann@example.com"));
            }
        };
        await scene.RunAsync();
        Assert.Equal(ExitCode.Busy, refused!.ExitCode);
        Assert.Contains("run of scene", refused.Message, StringComparison.Ordinal);

        var stops = new List<ExitCode>();
        Forget.Run("ann@example.com", scene.DataFolder, _ => null, _ =>
        {
            if (stops.Count == 0)
            {
                stops.Add(Assert.Throws<RollcallException>(() => scene.RunAsync().GetAwaiter().GetResult()).ExitCode);
                stops.Add(Assert.Throws<RollcallException>(() => scene.PlanAsync().GetAwaiter().GetResult()).ExitCode);
            }
        }, TestContext.Current.CancellationToken);
        Assert.Equal([ExitCode.Busy, ExitCode.Busy], stops);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Every_folder_is_its_owners_alone_and_so_is_every_file()
    {
        await using var scene = await LivedInAsync();
        Forgotten(scene, Person);

        const UnixFileMode File600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.All(
            Directory.EnumerateDirectories(scene.DataFolder, "*", SearchOption.AllDirectories).Append(scene.DataFolder),
            d => Assert.Equal((d, File600 | UnixFileMode.UserExecute), (d, File.GetUnixFileMode(d))));
        Assert.All(Directory.EnumerateFiles(scene.DataFolder, "*", SearchOption.AllDirectories), f => Assert.Equal((f, File600), (f, File.GetUnixFileMode(f))));
        Assert.True(File.Exists(Path.Combine(scene.DataFolder, "forgotten.key")));
    }

    [Fact]
    public async Task After_30_days_only_the_ledger_and_the_opt_outs_know_people()
    {
        await using var scene = await LivedInAsync();
        scene.More += "\nverify_every: never";
        scene.Set("gold", "bob@example.com", "x" + Person);
        scene.Set("silver");
        await scene.RunAsync();
        scene.Clock = new LeapingClock { Ahead = TimeSpan.FromDays(31) };
        await scene.RunAsync();

        Assert.Equal(
            ["ledger", "store"],
            Finding(scene, "dee@example.com")
                .Select(f => f.Split(':')[0])
                .Where(k => k is not ("status" or "logs" or "there"))
                .Distinct()
                .Order(StringComparer.Ordinal));
    }

    private static long Counted(ExportScene scene, string sql)
    {
        using var store = new SqliteConnection($"Data Source={Path.Combine(scene.DataFolder, "rollcall.db")};Pooling=False");
        store.Open();
        using var command = store.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
