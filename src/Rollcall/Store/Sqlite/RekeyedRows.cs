using System.Text;
using Rollcall.Model;

namespace Rollcall.Store.Sqlite;

/// <summary>
/// Gives the store's own rows their new keys: opt-outs, the single calls of open deliveries, the watch. An opt-out is never lost: where a former key may
/// have become several, it counts for each.
/// </summary>
internal sealed class RekeyedRows(StoreConnection store, RekeyedTables tables)
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
        List<OptOutRow> rows = [];
        store.Each<OptOutRow>("SELECT account_id AS account, book_id AS book, email_key AS key, contact_id FROM opt_out", null, row =>
        {
            if (!Ascii.IsValid(row.Key) || told.Contains((row.Account, row.Key)))
            {
                rows.Add(row);
            }
        });
        foreach (var row in rows)
        {
            // Another contact's address that had the same former key is somebody else.
            var keys = told[(row.Account, row.Key)]
                .Where(t => t.ContactId is null || row.ContactId is null || t.ContactId == row.ContactId).Select(t => t.NewKey)
                .Prepend(MemberKey.Of(row.Key)).Append(MemberKey.Of(InCapitals(row.Key))).ToHashSet(StringComparer.Ordinal);
            foreach (var key in keys.Where(key => key != row.Key))
            {
                Copy(row, key);
            }

            if (!keys.Contains(row.Key))
            {
                store.Execute("DELETE FROM opt_out WHERE account_id = @Account AND book_id = @Book AND email_key = @Key", row);
            }
        }
    }

    /// <summary>Copies an opt-out to another key; of two, what keeps the person out longer stays.</summary>
    private void Copy(OptOutRow row, string key)
    {
        var one = new { account = row.Account, book = row.Book, from = row.Key, to = key };
        var others = string.Join(", ", store.Query<string>("SELECT name FROM pragma_table_info('opt_out') WHERE name <> 'email_key'"));
        store.Execute(
            $"""
            INSERT OR IGNORE INTO opt_out(email_key, {others})
            SELECT @to, {others} FROM opt_out WHERE account_id = @account AND book_id = @book AND email_key = @from
            """,
            one);
        store.Execute(
            """
            UPDATE opt_out SET
                status = CASE WHEN (opt_out.lifted_at IS NOT NULL AND o.lifted_at IS NULL)
                    OR ((opt_out.lifted_at IS NULL) = (o.lifted_at IS NULL) AND opt_out.status = 'Unsubscribed') THEN o.status ELSE opt_out.status END,
                cause = CASE WHEN (opt_out.lifted_at IS NOT NULL AND o.lifted_at IS NULL) OR o.cause = 'theirs' THEN o.cause ELSE opt_out.cause END,
                since = coalesce(max(opt_out.since, o.since), opt_out.since, o.since),
                seen_no = max(opt_out.seen_no, o.seen_no), margin = max(opt_out.margin, o.margin),
                asked_since = coalesce(max(opt_out.asked_since, o.asked_since), opt_out.asked_since, o.asked_since),
                asked_at = coalesce(max(opt_out.asked_at, o.asked_at), opt_out.asked_at, o.asked_at), asked_by = coalesce(opt_out.asked_by, o.asked_by),
                back_since = CASE WHEN o.back_since IS NULL THEN NULL ELSE opt_out.back_since END,
                deleted_at = coalesce(max(opt_out.deleted_at, o.deleted_at), opt_out.deleted_at, o.deleted_at),
                lifted_at = CASE WHEN o.lifted_at IS NULL THEN NULL ELSE opt_out.lifted_at END
            FROM (SELECT * FROM opt_out WHERE account_id = @account AND book_id = @book AND email_key = @from) o
            WHERE opt_out.account_id = @account AND opt_out.book_id = @book AND opt_out.email_key = @to
            """,
            one);
    }

    private void RekeyCalls()
    {
        // Of two calls to one person, one that was not answered leaves it open what became of them.
        store.Execute(
            """
            DELETE FROM direct_call WHERE delivery_id = @Delivery AND member_key = @NewKey AND state = 'answered'
                AND EXISTS (SELECT 1 FROM direct_call WHERE delivery_id = @Delivery AND member_key = @OldKey);
            UPDATE OR IGNORE direct_call SET member_key = @NewKey WHERE delivery_id = @Delivery AND member_key = @OldKey;
            DELETE FROM direct_call WHERE delivery_id = @Delivery AND member_key = @OldKey;
            """,
            tables.InDeliveries.Select(d => new { d.Delivery, d.OldKey, d.NewKey }));
    }

    private void RekeyWatch() => store.Execute(
        "UPDATE OR REPLACE watch SET member_key = @key WHERE member_key = @MemberKey AND email = @Email",
        store.Query<WatchedAddress>("SELECT DISTINCT member_key, email FROM watch")
            .Select(w => new { w.MemberKey, w.Email, key = MemberKey.Of(w.Email) }).Where(w => w.key != w.MemberKey));

    private static string InCapitals(string key) =>
        string.Concat(key.EnumerateRunes().Select(rune => (Capitals.TryGetValue(rune, out var capital) ? capital : rune).ToString()));

    private sealed record OptOutRow(long Account, long Book, string Key, long? ContactId);

    private sealed record WatchedAddress(string MemberKey, string Email);
}
