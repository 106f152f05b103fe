using Rollcall.Model;

namespace Rollcall.Store.Sqlite;

internal sealed class SqliteForgotten(StoreConnection db) : IForgotten
{
    public IReadOnlyList<HashedOptOut> OptOuts(long account) =>
        db.Query<HashedOptOut>("SELECT book_id, hash, status, since FROM forgotten_opt_out WHERE account_id = @account", new { account });

    public IReadOnlyList<KnownOptOut> OptOutsOf(string memberKey) => db.Query<KnownOptOut>(
        "SELECT account_id, book_id, status, since FROM opt_out WHERE email_key = @memberKey AND lifted_at IS NULL", new { memberKey });

    public void Keep(string hash, IEnumerable<KnownOptOut> optOuts) => db.Commit(
        """
        INSERT INTO forgotten_opt_out(account_id, book_id, hash, status, since) VALUES (@AccountId, @BookId, @hash, @Status, @Since)
        ON CONFLICT(account_id, book_id, hash) DO UPDATE SET status = excluded.status, since = coalesce(max(excluded.since, since), excluded.since, since)
        """,
        optOuts.Select(o => new { o.AccountId, o.BookId, hash, o.Status, o.Since }));

    public long Count(IReadOnlyList<string> hashes) => db.Number(
        "SELECT count(*) FROM (SELECT DISTINCT account_id, book_id FROM forgotten_opt_out WHERE hash IN @hashes)", new { hashes });

    public IReadOnlyList<HashedPerson> There(string tag, long account) =>
        db.Query<HashedPerson>("SELECT book_id, hash FROM forgotten_there WHERE tag = @tag AND account_id = @account", new { tag, account });

    public void KeepThere(string hash, IEnumerable<ThereBefore> books) => db.Commit(
        "INSERT OR IGNORE INTO forgotten_there(tag, account_id, book_id, hash) VALUES (@Tag, @AccountId, @BookId, @hash)",
        books.Select(b => new { b.Tag, b.AccountId, b.BookId, hash }));

    public long Erase(IErased person) => db.InTransaction(() =>
    {
        var erased = 0L;
        foreach (var table in db.Query<string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"))
        {
            foreach (var column in db.Query<string>($"SELECT name FROM pragma_table_info({SqlText.Literal(table)}) WHERE type = 'TEXT'"))
            {
                erased += column is "member_key" or "email_key" or "email"
                    ? EraseRows(person, SqlText.Name(table), SqlText.Name(column))
                    : (table, column) is ("run", "result") ? EraseResults(person) : EraseText(person, SqlText.Name(table), SqlText.Name(column));
            }
        }

        return erased;
    });

    public bool Purge()
    {
        // Neither a free page of the file nor its log may keep what was deleted.
        db.Execute("PRAGMA secure_delete = ON");
        db.Execute("VACUUM");
        return db.Number("PRAGMA wal_checkpoint(TRUNCATE)") == 0;
    }

    private long EraseRows(IErased person, string table, string column) =>
        db.Query<string>($"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL").Where(person.Is)
            .Sum(written => (long)db.Execute($"DELETE FROM {table} WHERE {column} = @written", new { written }));

    private long EraseResults(IErased person)
    {
        var erased = 0L;
        foreach (var (runId, text) in db.Query<Result>("SELECT run_id, result AS text FROM run WHERE result IS NOT NULL"))
        {
            if (KeptRun.Without(text, person) is { } without)
            {
                erased += db.Execute("UPDATE run SET result = @without WHERE run_id = @runId", new { without, runId });
            }
        }

        return erased;
    }

    private long EraseText(IErased person, string table, string column) =>
        db.Query<string>($"SELECT DISTINCT {column} FROM {table} WHERE {column} LIKE '%@%' OR {column} LIKE '%\\%40%' ESCAPE '\\'").Where(person.IsIn)
            .Select(written => new { written, erased = person.Erased(written) })
            .Sum(text => (long)db.Execute($"UPDATE {table} SET {column} = @erased WHERE {column} = @written", text));

    private sealed record Result(string RunId, string Text);
}
