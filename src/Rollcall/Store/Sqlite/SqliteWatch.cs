namespace Rollcall.Store.Sqlite;

internal sealed class SqliteWatch(StoreConnection db, string tag, long account) : IWatch
{
    public long People => db.Number("SELECT count(DISTINCT member_key) FROM watch WHERE tag = @tag", new { tag });

    public IReadOnlyList<string> ValueKeys =>
        db.Query<string>("SELECT member_key FROM watch WHERE tag = @tag AND account_id = @account AND kind = 'values'", new { tag, account });

    public void All(Action<Watched> read) => db.Each(
        """
        SELECT member_key, book_id, kind, why, email, contact_id, since, until, settled_at FROM watch WHERE tag = @tag AND account_id = @account
        """,
        new { tag, account },
        read);

    public void Enter(WatchEntry entry) => db.InTransaction(() => Add(entry));

    public void Leave(IEnumerable<PersonInBook> people, string kind) => db.Commit(
        "DELETE FROM watch WHERE tag = @tag AND book_id = @Book AND member_key = @MemberKey AND kind = @kind",
        people.Select(p => new { tag, p.Book, p.MemberKey, kind }));

    public void LeaveBefore(long moment) =>
        db.Commit("DELETE FROM watch WHERE tag = @tag AND kind <> 'insight' AND until < @moment", new { tag, moment });

    /// <summary>Writes a change inside the caller's transaction.</summary>
    internal void Apply(WatchChange change)
    {
        Add(change.Entry);
        Note("@at", change.Sure, change.SureAt);
        Note("max(settled_at, @at)", change.Touched, change.TouchedAt);
    }

    private void Add(WatchEntry entry) => db.Execute(
        """
        INSERT INTO watch(tag, account_id, book_id, member_key, kind, why, email, contact_id, since, until)
        VALUES (@tag, @account, @Book, @MemberKey, @Kind, @Why, @Email, @ContactId, @Since, @Until)
        ON CONFLICT(tag, book_id, member_key, kind) DO UPDATE SET
            why = excluded.why, until = max(until, excluded.until), contact_id = coalesce(excluded.contact_id, contact_id), email = excluded.email,
            settled_at = NULL
        """,
        entry.People.Select(p => new { tag, account, p.Book, p.MemberKey, p.Kind, p.Why, p.Email, p.ContactId, entry.Since, entry.Until }));

    private void Note(string settledAt, IReadOnlyList<string> memberKeys, long at) => db.Execute(
        $"UPDATE watch SET settled_at = {settledAt} WHERE tag = @tag AND book_id = 0 AND member_key = @key AND kind = 'values'",
        memberKeys.Select(key => new { tag, key, at }));
}
