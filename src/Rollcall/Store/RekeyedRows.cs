using System.Text;
using Rollcall.Model;

namespace Rollcall.Store;

/// <summary>Keys the store's own rows anew: opt-outs, the single calls of open deliveries, the watch. An opt-out is never lost: where a former key may have become several, it counts for each.</summary>
internal sealed class RekeyedRows(SqliteStore store, RekeyedTables tables)
{
    // Letters that former versions put into lower case and MemberKey leaves as they are, by what they became: the capital sharp s by the small one.
    private static readonly Dictionary<Rune, Rune> Capitals = Enumerable.Range(0x80, 0x1FFFF - 0x80)
        .Where(Rune.IsValid).Select(point => new Rune(point))
        .Where(rune => Rune.ToLowerInvariant(rune) != rune && MemberKey.Of($"{rune}") == $"{rune}")
        .GroupBy(Rune.ToLowerInvariant).ToDictionary(same => same.Key, same => same.First());

    public void Rekey()
    {
        RekeyOptOuts();
        RekeyCalls();
        RekeyWatch();
    }

    private void RekeyOptOuts()
    {
        var told = tables.Told.ToLookup(t => (t.Account, t.OldKey));
        var rows = store.Query(
            "SELECT account_id, book_id, email_key, contact_id FROM opt_out",
            r => new OptOutRow(r.GetInt64(0), r.GetInt64(1), r.GetString(2), r.IsDBNull(3) ? null : r.GetInt64(3)),
            row => !Ascii.IsValid(row.Key) || told.Contains((row.Account, row.Key)));
        foreach (var row in rows)
        {
            // Another contact's address that had the same former key is somebody else.
            var keys = told[(row.Account, row.Key)].Where(t => t.ContactId is null || row.ContactId is null || t.ContactId == row.ContactId).Select(t => t.NewKey)
                .Prepend(MemberKey.Of(row.Key)).Append(MemberKey.Of(InCapitals(row.Key))).ToHashSet(StringComparer.Ordinal);
            foreach (var key in keys.Where(key => key != row.Key))
            {
                Copy(row, key);
            }

            if (!keys.Contains(row.Key))
            {
                store.Execute("DELETE FROM opt_out WHERE account_id = $account AND book_id = $book AND email_key = $key", ("$account", row.Account), ("$book", row.Book), ("$key", row.Key));
            }
        }
    }

    /// <summary>Copies an opt-out to another key; of two, what keeps the person out longer stays.</summary>
    private void Copy(OptOutRow row, string key)
    {
        (string, object?)[] one = [("$account", row.Account), ("$book", row.Book), ("$from", row.Key), ("$to", key)];
        var others = string.Join(", ", store.Query("SELECT name FROM pragma_table_info('opt_out') WHERE name <> 'email_key'", r => r.GetString(0)));
        store.Execute($"INSERT OR IGNORE INTO opt_out(email_key, {others}) SELECT $to, {others} FROM opt_out WHERE account_id = $account AND book_id = $book AND email_key = $from", one);
        store.Execute(
            """
            UPDATE opt_out SET
                status = CASE WHEN (opt_out.lifted_at IS NOT NULL AND o.lifted_at IS NULL)
                                OR ((opt_out.lifted_at IS NULL) = (o.lifted_at IS NULL) AND opt_out.status = 'Unsubscribed') THEN o.status ELSE opt_out.status END,
                cause = CASE WHEN opt_out.lifted_at IS NOT NULL AND o.lifted_at IS NULL THEN o.cause WHEN o.cause = 'theirs' THEN o.cause ELSE opt_out.cause END,
                since = coalesce(max(opt_out.since, o.since), opt_out.since, o.since), seen_no = max(opt_out.seen_no, o.seen_no), margin = max(opt_out.margin, o.margin),
                asked_since = coalesce(max(opt_out.asked_since, o.asked_since), opt_out.asked_since, o.asked_since), asked_by = coalesce(opt_out.asked_by, o.asked_by),
                asked_at = coalesce(max(opt_out.asked_at, o.asked_at), opt_out.asked_at, o.asked_at), back_since = CASE WHEN o.back_since IS NULL THEN NULL ELSE opt_out.back_since END,
                deleted_at = coalesce(max(opt_out.deleted_at, o.deleted_at), opt_out.deleted_at, o.deleted_at),
                lifted_at = CASE WHEN o.lifted_at IS NULL THEN NULL ELSE opt_out.lifted_at END
            FROM (SELECT * FROM opt_out WHERE account_id = $account AND book_id = $book AND email_key = $from) o
            WHERE opt_out.account_id = $account AND opt_out.book_id = $book AND opt_out.email_key = $to
            """,
            one);
    }

    private void RekeyCalls()
    {
        foreach (var (delivery, old, key) in tables.InDeliveries)
        {
            // Of two calls to one person, one that was not answered leaves it open what became of them.
            store.Execute("DELETE FROM direct_call WHERE delivery_id = $id AND member_key = $key AND state = 'answered' AND EXISTS (SELECT 1 FROM direct_call WHERE delivery_id = $id AND member_key = $old)", ("$id", delivery), ("$key", key), ("$old", old));
            store.Execute("UPDATE OR IGNORE direct_call SET member_key = $key WHERE delivery_id = $id AND member_key = $old", ("$id", delivery), ("$key", key), ("$old", old));
            store.Execute("DELETE FROM direct_call WHERE delivery_id = $id AND member_key = $old", ("$id", delivery), ("$old", old));
        }
    }

    private void RekeyWatch()
    {
        foreach (var (old, email) in store.Query("SELECT DISTINCT member_key, email FROM watch", r => (r.GetString(0), r.GetString(1))).Where(w => MemberKey.Of(w.Item2) != w.Item1))
        {
            store.Execute("UPDATE OR REPLACE watch SET member_key = $key WHERE member_key = $old AND email = $email", ("$key", MemberKey.Of(email)), ("$old", old), ("$email", email));
        }
    }

    private static string InCapitals(string key) => string.Concat(key.EnumerateRunes().Select(rune => (Capitals.TryGetValue(rune, out var capital) ? capital : rune).ToString()));

    private sealed record OptOutRow(long Account, long Book, string Key, long? ContactId);
}
