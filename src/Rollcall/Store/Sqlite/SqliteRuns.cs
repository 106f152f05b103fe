using System.Globalization;
using System.Text.Json;
using Rollcall.Model;

namespace Rollcall.Store.Sqlite;

internal sealed class SqliteRuns(StoreConnection db) : IRuns
{
    private const string Runs = "SELECT run_id, tag, state, started, finished, result, progress FROM run";
    // A row of this state is a look at the watch, which is no run.
    private const string OfTag = "tag = @tag AND state <> 'look'";
    private const string NewestFirst = "ORDER BY started DESC, rowid DESC";

    public string Begin(string tag, DateTimeOffset started, bool recorded) => db.InTransaction(() =>
    {
        var stem = started.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var runId = stem;
        for (var n = 2; db.Number("SELECT count(*) FROM run WHERE run_id = @runId", new { runId }) > 0; n++)
        {
            runId = $"{stem}-{n}";
        }

        if (recorded)
        {
            db.Execute(
                "INSERT INTO run(run_id, tag, state, started) VALUES (@runId, @tag, 'running', @started)",
                new { runId, tag, started = started.ToUnixTimeMilliseconds() });
        }

        return runId;
    });

    public void Progress(string runId, RunProgress progress) =>
        db.Execute("UPDATE run SET progress = @text WHERE run_id = @runId", new { runId, text = JsonSerializer.Serialize(progress, ResultJson.Options) });

    public void Finish(RunResult result) => db.Commit(
        """
        UPDATE run SET state = @state, finished = @finished, ended = @ended, result = @text, progress = NULL, failures = @FailuresFile WHERE run_id = @RunId
        """,
        new
        {
            state = result.State.ToString().ToLowerInvariant(),
            finished = result.Finished?.ToUnixTimeMilliseconds(),
            ended = result.Ended?.ToUnixTimeMilliseconds(),
            text = KeptRun.Text(result),
            result.FailuresFile,
            result.RunId,
        });

    public void KeepLook(RunResult look) => db.Commit(
        """
        INSERT INTO run(run_id, tag, state, started, finished, ended, result) VALUES (@RunId, @Job, 'look', @started, @finished, @ended, @text)
        """,
        new
        {
            look.RunId,
            look.Job,
            started = look.Started.ToUnixTimeMilliseconds(),
            finished = look.Finished?.ToUnixTimeMilliseconds(),
            ended = look.Ended?.ToUnixTimeMilliseconds(),
            text = KeptRun.Text(look),
        });

    public IReadOnlyList<RunResult> Looks(string tag) =>
        [.. db.Query<string>($"SELECT result FROM run WHERE tag = @tag AND state = 'look' {NewestFirst}", new { tag }).Select(KeptRun.Read)];

    public void Remove(string runId) => db.Execute("DELETE FROM run WHERE run_id = @runId", new { runId });

    public void Interrupted(string runId) => db.Execute("UPDATE run SET state = 'interrupted' WHERE run_id = @runId AND state = 'running'", new { runId });

    public IReadOnlyList<KeptRun> Unended() => db.Query<KeptRun>($"{Runs} WHERE state = 'running'");

    public IReadOnlyList<KeptRun> Of(string tag, int atMost) =>
        db.Query<KeptRun>($"{Runs} WHERE {OfTag} {NewestFirst} LIMIT @atMost", new { tag, atMost });

    public long Count(string tag) => db.Number($"SELECT count(*) FROM run WHERE {OfTag}", new { tag });

    public KeptRun? Last(string tag) => db.First<KeptRun>($"{Runs} WHERE {OfTag} {NewestFirst} LIMIT 1", new { tag });

    public KeptRun? LastEnded(string tag) => db.First<KeptRun>($"{Runs} WHERE {OfTag} AND state <> 'running' {NewestFirst} LIMIT 1", new { tag });

    public RunResult? LastResult(string tag) =>
        db.First<KeptRun>($"{Runs} WHERE {OfTag} AND result IS NOT NULL {NewestFirst} LIMIT 1", new { tag }) is { } run ? KeptRun.Read(run.Result!) : null;

    public void Failures(string tag, Func<KeptFailures, bool> isEnough) =>
        db.Each($"SELECT failures, ended, finished FROM run WHERE tag = @tag AND failures IS NOT NULL {NewestFirst}", new { tag }, isEnough);
}
