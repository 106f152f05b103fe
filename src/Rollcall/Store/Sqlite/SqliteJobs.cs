namespace Rollcall.Store.Sqlite;

internal sealed class SqliteJobs(StoreConnection db) : IJobs
{
    private const string Jobs =
        "SELECT tag, account_id, job_file, ledger_folder, backfilled, first_run_ended, entering_since, verified_at, insight, owed, recommended FROM job";

    public IReadOnlyList<KeptJob> All() => db.Query<KeptJob>($"{Jobs} ORDER BY tag");

    public KeptJob? Find(string tag) => db.First<KeptJob>($"{Jobs} WHERE tag = @tag", new { tag });

    public bool HasBegun(string tag) => db.Number(
        """
        SELECT (SELECT count(*) FROM run WHERE tag = @tag AND state IN ('completed', 'held')) + (SELECT count(*) FROM delivery WHERE tag = @tag)
        """,
        new { tag }) > 0;

    public IReadOnlyList<WatchedJob> OnWatch() =>
    [
        .. db.Query<(string Tag, long Account, long People, long Since, long Open)>(
            """
            SELECT tag, account_id, people, min(coalesce(watched, sent), coalesce(sent, watched)) AS since, open FROM (
                SELECT j.tag, j.account_id,
                    (SELECT count(DISTINCT member_key) FROM watch w WHERE w.tag = j.tag AND w.account_id = j.account_id AND w.kind <> 'insight') AS people,
                    (SELECT min(since) FROM watch w WHERE w.tag = j.tag AND w.account_id = j.account_id AND w.kind <> 'insight') AS watched,
                    (SELECT count(*) FROM delivery d WHERE d.tag = j.tag AND d.state IN ('prepared', 'accepted', 'settled')) AS open,
                    (SELECT min(prepared_at) FROM delivery d WHERE d.tag = j.tag AND d.state IN ('prepared', 'accepted', 'settled')) AS sent
                FROM job j)
            WHERE people > 0 OR open > 0 ORDER BY tag
            """).Select(job => new WatchedJob(job.Tag, job.Account, job.People, job.Since, job.Open)),
    ];

    public void Remember(JobNow job, long now, long enteringSince) => db.Execute(
        """
        INSERT INTO job(tag, account_id, job_file, exit_action, verified_at, entering_since) VALUES (@Tag, @Account, @File, @Exit, @now, @enteringSince)
        ON CONFLICT(tag) DO UPDATE SET job_file = @File, account_id = @Account, exit_action = @Exit, entering_since = coalesce(entering_since, @now)
        """,
        new { job.Tag, job.Account, job.File, job.Exit, now, enteringSince });

    public void EndEntering(string tag) => db.Commit("UPDATE job SET entering_since = NULL WHERE tag = @tag", new { tag });

    public void EnteredUnknown() => db.Commit("UPDATE job SET entering_since = 0", null);

    public void EndFirstRun(string tag) => db.Commit("UPDATE job SET first_run_ended = 1 WHERE tag = @tag", new { tag });

    public void EndBackfill(string tag) => db.Execute("UPDATE job SET backfilled = 1 WHERE tag = @tag", new { tag });

    public void Verified(string tag, long now) => db.Commit("UPDATE job SET verified_at = @now WHERE tag = @tag", new { tag, now });

    public void Keep(string tag, JobTable table, string? file) =>
        db.Commit($"UPDATE job SET {table.ToString().ToLowerInvariant()} = @file WHERE tag = @tag", new { tag, file });

    public void BeginAnew(string tag, long newest, Func<string, bool> isThere) => db.InTransaction(() =>
    {
        db.Execute(
            """
            UPDATE job SET ledger_folder = NULL, ledger_rows = 0, generation = max(generation, @newest), first_run_ended = 0, entering_since = 0,
                insight = NULL, owed = NULL, recommended = NULL WHERE tag = @tag;
            UPDATE book SET delivered = 0, pending = 0, suppressed = 0 WHERE tag = @tag;
            DELETE FROM already_there WHERE tag = @tag;
            UPDATE delivery SET state = 'recorded', note = 'begun anew' WHERE tag = @tag AND state IN ('prepared', 'accepted', 'settled');
            DELETE FROM direct_call WHERE delivery_id IN (SELECT id FROM delivery WHERE tag = @tag);
            """,
            new { tag, newest });
        var waiting = db.Query<string>("SELECT events FROM outbox WHERE tag = @tag AND delivered_at IS NULL", new { tag });
        db.Execute(
            "DELETE FROM outbox WHERE tag = @tag AND delivered_at IS NULL AND events = @events",
            waiting.Where(file => !isThere(file)).Select(events => new { tag, events }));
    });
}
