using System.Text.Json;
using Microsoft.Data.Sqlite;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Store;
using Xunit;

namespace Rollcall.Tests.Cli;

/// <summary>What is not shown of a job's history is not read: here it cannot be.</summary>
public sealed class RunsCommandTests : IDisposable
{
    private const string Tag = "letters";
    private const int All = 120;
    private const int Readable = 105;

    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private readonly RecordedTerminal _terminal = new();

    public RunsCommandTests()
    {
        var folder = new DataFolder(DataFolder);
        using (var store = Stores.Open(folder))
        {
            store.Jobs.Remember(new JobNow(Tag, 1001, "/letters.yaml", "remove"), 5, 3);
            for (var minute = 0; minute < All; minute++)
            {
                var runId = store.Runs.Begin(Tag, Noon.AddMinutes(minute), recorded: true);
                store.Runs.Finish(new RunResult { Job = Tag, RunId = runId, State = RunState.Completed, Started = Noon.AddMinutes(minute) });
            }
        }

        using var db = new SqliteConnection($"Data Source={folder.StorePath};Pooling=False");
        db.Open();
        using var command = db.CreateCommand();
        command.CommandText = $"UPDATE run SET result = 'broken' WHERE run_id IN (SELECT run_id FROM run ORDER BY started LIMIT {All - Readable})";
        Assert.Equal(All - Readable, command.ExecuteNonQuery());
    }

    private string DataFolder => _terminal.Folder[".rollcall"];

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public async Task Runs_lists_the_newest_hundred_and_says_how_many_are_older()
    {
        Assert.Equal(0, await _terminal.RunAsync("runs", Tag));
        Assert.Contains("20261130T135900Z", _terminal.Output, StringComparison.Ordinal);
        Assert.Contains("20261130T122000Z", _terminal.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("20261130T121900Z", _terminal.Output, StringComparison.Ordinal);
        Assert.Contains("20 older runs", _terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_lists_as_many_as_it_is_asked_for()
    {
        Assert.Equal(0, await _terminal.RunAsync("runs", Tag, "--json", "--limit", "3"));
        var list = JsonDocument.Parse(_terminal.Output).RootElement;
        Assert.Equal(Tag, list.GetProperty("job").GetString());
        Assert.Equal(
            ["20261130T135900Z", "20261130T135800Z", "20261130T135700Z"],
            list.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("run_id").GetString()));

        Assert.Equal(2, await _terminal.RunAsync("runs", Tag, "--limit", "0"));
    }

    [Fact]
    public void What_is_asked_for_is_read()
    {
        using var history = new History(DataFolder);
        Assert.Equal(Readable, history.Runs(Tag, Readable).Count);
        Assert.Throws<JsonException>(() => history.Runs(Tag, Readable + 1));
    }

    [Fact]
    public async Task Status_reads_the_last_run_of_a_job()
    {
        Assert.Equal(0, await _terminal.RunAsync("status"));
        Assert.Equal(0, await _terminal.RunAsync("status", Tag, "--json"));
        using var history = new History(DataFolder);
        Assert.Equal("20261130T135900Z", Assert.Single(history.Jobs()).LastRun!.RunId);
    }
}
