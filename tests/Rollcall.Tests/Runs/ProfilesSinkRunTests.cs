using DuckDB.NET.Data;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Simulators;
using Rollcall.TestKit;
using Rollcall.Work;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Statuses returned as a table of profiles, and the next run's SQL that joins it.</summary>
public sealed class ProfilesSinkRunTests
{
    [Fact]
    public async Task The_next_runs_SQL_joins_what_became_of_people()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        var job = Job(scene);

        await RunAsync(scene, job);
        scene.Account.Unsubscribe("bob@example.com", scene.Gold);
        var second = await RunAsync(scene, job);
        var third = await RunAsync(scene, job);

        // People who left the book by themselves are no longer in the audience: the SQL uses the returned status.
        Assert.Equal((2L, 1L), (second.Audiences[0].Members, third.Audiences[0].Members));
        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_person_can_be_erased_from_it()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await RunAsync(scene, Job(scene));

        var forgotten = Forget.Run("ann@example.com", scene.DataFolder, _ => null, null, TestContext.Current.CancellationToken);

        Assert.Equal(1, forgotten.Erased["status files"]);
        using var duckdb = new DuckDBConnection("DataSource=:memory:");
        duckdb.Open();
        Assert.Equal(["bob@example.com"], duckdb.Query($"SELECT email FROM '{Path.Combine(scene.Folder, "profiles.parquet")}'", row => row.GetString(0)));
    }

    private static Task<RunResult> RunAsync(ExportScene scene, Job job) =>
        ExportRun.ExecuteAsync(job, new RunOptions(), scene.Workplace(), TestContext.Current.CancellationToken);

    private static Job Job(ExportScene scene)
    {
        scene.Job();
        var text =
            $$"""
            tag: scene
            authorization: {username: {{Some.Username}}, password: {{Some.Password}}, endpoint: "{{scene.Simulator.Url}}"}
            source:
              tables:
                files: {people: gold.csv, status: profiles.parquet}
                audiences:
                  subscribed: >
                    SELECT p.* FROM people p LEFT JOIN status s ON s.email = lower(trim(p.email))
                    WHERE coalesce(s.dm_addressbook_status['{{new SimulatorOptions().AccountId}}_{{scene.Gold}}'], 'Subscribed') = 'Subscribed'
            config:
              segment_ids: [subscribed]
              seg_mappings: [{subscribed: "{{scene.Gold}}"}]
              email_field: email
              sync_status: true
            status_sink: {profiles: profiles.parquet}
            """;
        var path = Path.Combine(scene.Folder, "joined.yaml");
        File.WriteAllText(path, text);
        return JobFile.Read(path, _ => null);
    }
}
