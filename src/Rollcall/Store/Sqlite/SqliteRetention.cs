namespace Rollcall.Store.Sqlite;

internal sealed class SqliteRetention(StoreConnection db) : IRetention
{
    public IReadOnlyList<string> Named() => db.Query<string>(
        """
        SELECT name FROM (
            SELECT manifest AS name FROM delivery UNION SELECT outcomes FROM delivery UNION SELECT failures FROM run UNION SELECT events FROM outbox
            UNION SELECT file FROM already_there UNION SELECT insight FROM job UNION SELECT owed FROM job UNION SELECT recommended FROM job)
        WHERE name IS NOT NULL ORDER BY name
        """);

    public IReadOnlyList<OldFiles> Before(long moment) =>
    [
        .. db.Query<DeliveryFiles>(
            """
            SELECT id, manifest, outcomes FROM delivery
            WHERE state IN ('recorded', 'refused') AND prepared_at < @moment AND (manifest IS NOT NULL OR outcomes IS NOT NULL)
            """,
            new { moment }).Select(d => new OldFiles(OldKind.Delivery, $"{d.Id}", [.. new[] { d.Manifest, d.Outcomes }.OfType<string>()])),
        .. db.Query<RunFile>("SELECT run_id, failures FROM run WHERE failures IS NOT NULL AND started < @moment", new { moment })
            .Select(r => new OldFiles(OldKind.Failures, r.RunId, [r.Failures])),
        .. db.Query<EventsFile>("SELECT id, events FROM outbox WHERE delivered_at < @moment", new { moment })
            .Select(e => new OldFiles(OldKind.Events, $"{e.Id}", [e.Events])),
    ];

    public void Unname(OldFiles old) => db.Execute(
        old.Kind switch
        {
            OldKind.Delivery => "UPDATE delivery SET manifest = NULL, outcomes = NULL WHERE id = @Of",
            OldKind.Failures => "UPDATE run SET failures = NULL WHERE run_id = @Of",
            _ => "DELETE FROM outbox WHERE id = @Of",
        },
        new { old.Of });

    public void ForgetFailures(long before) => db.Execute(
        "UPDATE run SET result = json_remove(result, '$.failures') WHERE started < @before AND json_extract(result, '$.failures[0]') IS NOT NULL",
        new { before });

    private sealed record DeliveryFiles(long Id, string? Manifest, string? Outcomes);

    private sealed record RunFile(string RunId, string Failures);

    private sealed record EventsFile(long Id, string Events);
}
