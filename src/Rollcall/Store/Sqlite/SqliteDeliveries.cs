namespace Rollcall.Store.Sqlite;

internal sealed class SqliteDeliveries(StoreConnection db) : IDeliveries
{
    public long NextNumber => db.Number("SELECT coalesce(max(id), 0) + 1 FROM delivery");

    public bool Any(string tag) => db.Number("SELECT count(*) FROM delivery WHERE tag = @tag", new { tag }) > 0;

    public OthersClaims ClaimsBeside(long account, string tag) => db.InTransaction(() => new OthersClaims(
        db.Query<string>(
            $"SELECT ledger_folder FROM job WHERE account_id = @account AND tag <> @tag AND ledger_folder IS NOT NULL AND {SqliteStoredJobs.NotKilled}",
            new { account, tag }),

        // Removals and unsubscriptions claim nobody.
        db.Query<string>(
            $"""
            SELECT manifest FROM delivery WHERE account_id = @account AND tag <> @tag AND kind IN ('import', 'move', 'add', 'resubscribe')
                AND state IN ('prepared', 'accepted', 'settled') AND manifest IS NOT NULL AND {SqliteStoredJobs.NotKilled}
            """,
            new { account, tag })));

    public IReadOnlyList<OpenRemoval> RemovalsBeside(long account, string tag, long after) => db.Query<OpenRemoval>(
        """
        SELECT id, manifest, remote_id FROM delivery WHERE account_id = @account AND tag <> @tag AND kind IN ('removal', 'unsubscribe')
            AND state IN ('prepared', 'accepted') AND manifest IS NOT NULL AND prepared_at > @after
        """,
        new { account, tag, after });

    public IReadOnlyList<OpenFile> Open() => db.Query<OpenFile>(
        """
        SELECT tag, outcomes, manifest FROM delivery
        WHERE state IN ('prepared', 'accepted', 'settled') AND (outcomes IS NOT NULL OR manifest IS NOT NULL) ORDER BY id
        """);

    public IReadOnlyList<CreatingCall> Creating(long account, long from, long to) => db.Query<CreatingCall>(
        """
        SELECT kind, manifest FROM delivery
        WHERE account_id = @account AND kind IN ('import', 'move', 'add') AND state <> 'refused' AND manifest IS NOT NULL
            AND prepared_at <= @to AND (ended IS NULL OR ended >= @from)
        """,
        new { account, from, to });
}
