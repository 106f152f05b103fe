using Rollcall.Store;

namespace Rollcall.Forgetting;

/// <summary>Opt-outs of people who were erased: known by a keyed hash only, and honoured like any other when an audience has the person again.</summary>
internal sealed class ForgottenOptOuts
{
    /// <summary>The cause, in the comparison, of an opt-out that is known by its hash: nobody is asked back for whom nothing else is known.</summary>
    public const string Cause = "forgotten";

    private readonly SqliteStore store;
    private readonly long accountId;
    private readonly KeyedHash? hash;
    private readonly HashSet<(long Book, string Hash)> kept;

    public ForgottenOptOuts(DataFolder folder, SqliteStore store, long accountId)
    {
        this.store = store;
        this.accountId = accountId;
        kept = [.. store.Query("SELECT book_id, hash FROM forgotten_opt_out WHERE account_id = $account", r => (r.GetInt64(0), r.GetString(1)), ("$account", accountId))];
        hash = kept.Count == 0 ? null : KeyedHash.Required(folder);
    }

    /// <summary>Whether this opt-out is kept as a hash: a feed that tells of it again must not bring the address back.</summary>
    /// <param name="email">The address as written.</param>
    public bool Has(long book, string email) => hash is not null && hash.All(email).Any(one => kept.Contains((book, one)));

    /// <summary>Takes from a feed what it says of someone known by a hash: a later opt-out dates the hash anew.</summary>
    public void Learn(SqliteStore transaction, long book, string email, string status, long? since)
    {
        foreach (var one in hash!.All(email))
        {
            transaction.Execute(
                """
                UPDATE forgotten_opt_out SET status = CASE WHEN $status = 'Deleted' THEN status ELSE $status END, since = coalesce(max($since, since), $since, since)
                WHERE account_id = $account AND book_id = $book AND hash = $hash
                """,
                ("$account", accountId), ("$book", book), ("$hash", one), ("$status", status), ("$since", since));
        }
    }

    /// <summary>Adds to <c>opt_out</c> of the run's database whoever in the roll was forgotten and had opted out. Only then are members hashed at all.</summary>
    public void AddTo(RunDatabase db)
    {
        if (hash is null)
        {
            return;
        }

        db.Execute("CREATE OR REPLACE TABLE forgotten(book_id BIGINT, hash VARCHAR, status VARCHAR, since BIGINT)");
        using (var appender = db.Connection.CreateAppender("forgotten"))
        {
            store.Query(
                "SELECT book_id, hash, status, since FROM forgotten_opt_out WHERE account_id = $account",
                row =>
                {
                    var to = appender.CreateRow().AppendValue(row.GetInt64(0)).AppendValue(row.GetString(1)).AppendValue(row.GetString(2));
                    _ = row.IsDBNull(3) ? to.AppendNullValue() : to.AppendValue(row.GetInt64(3));
                    to.EndRow();
                    return false;
                },
                ("$account", accountId));
        }

        foreach (var slice in KeySlice.For(db.Number("SELECT count(*) FROM roll")))
        {
            db.Execute($"""
                INSERT INTO opt_out BY NAME
                SELECT r.kh, r.member_key AS email_key, f.book_id, min(f.status) AS status, max(f.since) AS since, '{Cause}' AS cause
                FROM {hash.Members(slice)} r
                JOIN forgotten f ON f.hash = r.hash
                LEFT JOIN opt_out o ON o.kh = r.kh AND o.email_key = r.member_key AND o.book_id = f.book_id
                WHERE o.kh IS NULL GROUP BY r.kh, r.member_key, f.book_id
                """);
        }
    }
}
