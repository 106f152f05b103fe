namespace Rollcall.Store.Sqlite;

internal sealed class SqliteBooks(StoreConnection db) : IBooks
{
    public IReadOnlyList<KeptBook> Of(string tag) =>
        db.Query<KeptBook>("SELECT book_id, name, delivered, pending, suppressed FROM book WHERE tag = @tag ORDER BY book_id", new { tag });

    public IReadOnlyList<string> Fields(string tag) => db.Query<string>("SELECT name FROM data_field WHERE tag = @tag", new { tag });

    public void Keep(string tag, IEnumerable<(long Id, string Name)> books, IEnumerable<string> fields) => db.InTransaction(() =>
    {
        db.Execute("UPDATE book SET mapped = 0 WHERE tag = @tag", new { tag });
        db.Execute(
            "INSERT INTO book(tag, book_id, name) VALUES (@tag, @Id, @Name) ON CONFLICT(tag, book_id) DO UPDATE SET name = @Name, mapped = 1",
            books.Select(b => new { tag, b.Id, b.Name }));
        db.Execute("INSERT OR IGNORE INTO data_field(tag, name) VALUES (@tag, @name)", fields.Select(name => new { tag, name }));
    });

    public IReadOnlyList<OthersBook> OfOthers(long account, string tag) => db.Query<OthersBook>(
        $"""
        SELECT b.book_id, b.tag, j.exit_action FROM book b JOIN job j ON j.tag = b.tag
        WHERE j.account_id = @account AND b.tag <> @tag AND b.mapped = 1 AND j.exit_action IS NOT NULL AND b.{SqliteStoredJobs.NotKilled} ORDER BY b.tag
        """,
        new { account, tag });

    public IReadOnlyList<KnownBook> OfAccount(long account) => db.Query<KnownBook>(
        "SELECT b.tag, b.book_id, b.name, j.ledger_folder FROM book b JOIN job j ON j.tag = b.tag WHERE j.account_id = @account", new { account });

    public IReadOnlyList<ThereBefore> There() => db.Query<ThereBefore>("SELECT tag, account_id, book_id, file FROM already_there");

    public void KeepThere(ThereBefore there, long people) => db.Commit(
        "INSERT OR IGNORE INTO already_there(tag, account_id, book_id, file, people) VALUES (@Tag, @AccountId, @BookId, @File, @people)",
        new { there.Tag, there.AccountId, there.BookId, there.File, people });
}
