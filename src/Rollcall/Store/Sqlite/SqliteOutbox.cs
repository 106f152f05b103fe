namespace Rollcall.Store.Sqlite;

internal sealed class SqliteOutbox(StoreConnection db) : IOutbox
{
    public IReadOnlyList<WaitingEvents> Waiting(string tag) => db.Query<WaitingEvents>(
        "SELECT id, run_id, events, rejected FROM outbox WHERE tag = @tag AND delivered_at IS NULL ORDER BY id", new { tag });

    public void Rejected(IEnumerable<WaitingEvents> events) =>
        db.Commit("UPDATE outbox SET rejected = rejected + 1 WHERE id = @Id", events.Select(e => new { e.Id }));

    public void Delivered(IEnumerable<WaitingEvents> events, long now) =>
        db.Commit("UPDATE outbox SET delivered_at = @now WHERE id = @Id", events.Select(e => new { e.Id, now }));
}
