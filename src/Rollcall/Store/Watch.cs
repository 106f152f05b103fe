using Microsoft.Data.Sqlite;

namespace Rollcall.Store;

/// <summary>For what a person is looked at again.</summary>
internal static class WatchKind
{
    /// <summary>A write that named the book may be applied late.</summary>
    public const string Entry = "entry";

    /// <summary>A removal from the book, or an unsubscription, may be applied late.</summary>
    public const string Removal = "removal";

    /// <summary>A write may overwrite the contact's values late.</summary>
    public const string Values = "values";

    /// <summary>A write may lift an opt-out of the account late.</summary>
    public const string Status = "status";

    /// <summary>An import of insight records may be applied late.</summary>
    public const string Insight = "insight";

    /// <summary>Somebody who opted out is shown as subscribed: a second look decides.</summary>
    public const string OptOut = "opt_out";
}

/// <summary>Why a person is looked at again: the word that <c>explain</c> shows.</summary>
internal static class WatchReason
{
    public const string Unanswered = "Unanswered";
    public const string ReportGone = "ReportGone";
    public const string NotReported = "NotReported";
    public const string NotShown = "NotShown";
    public const string NotFinished = "NotFinished";
    public const string OptOutsUnread = "OptOutsUnread";
    public const string OptedOutNearWrite = "OptedOutNearWrite";
    public const string CameBack = "CameBack";
    public const string Held = "Held";
}

/// <summary>
/// People whom later runs look at again, because the end of a write about them is not known. They get on it in the transaction that settles the write,
/// and stay for the job's <c>watch_for</c>. Times are Dotdigital's.
/// </summary>
internal sealed class Watch(RunContext run)
{
    /// <summary>The columns of a query that puts people on the watch, and of <c>watched</c> in the run's database beside <c>kh, since, until, settled_at</c>.</summary>
    public const string Columns = "member_key, book_id, kind, why, email, contact_id";

    private const string Insert = """
        INSERT INTO watch(tag, account_id, book_id, member_key, kind, why, email, contact_id, since, until)
        VALUES ($tag, $account, $book, $key, $kind, $why, $email, $contact, $since, $until)
        ON CONFLICT(tag, book_id, member_key, kind) DO UPDATE SET
            why = excluded.why, until = max(until, excluded.until), contact_id = coalesce(excluded.contact_id, contact_id), email = excluded.email,
                settled_at = NULL
        """;

    private readonly (string, object?)[] job = [("$tag", run.Job.Tag), ("$account", run.Client.Account.Id)];

    /// <summary>Copies the job's watch into <c>watched(kh, member_key, book_id, kind, why, email, contact_id, since, until, settled_at)</c>; says how many rows it has.</summary>
    public long CopyTo(RunDatabase db)
    {
        db.Execute("CREATE OR REPLACE TABLE watched_raw(member_key VARCHAR, book_id BIGINT, kind VARCHAR, why VARCHAR, email VARCHAR, contact_id BIGINT, since BIGINT, until BIGINT, settled_at BIGINT)");
        using (var appender = db.Connection.CreateAppender("watched_raw"))
        {
            run.Store.Query(
                $"SELECT {Columns}, since, until, settled_at FROM watch WHERE tag = $tag AND account_id = $account",
                row =>
                {
                    var to = appender.CreateRow().AppendValue(row.GetString(0)).AppendValue(row.GetInt64(1)).AppendValue(row.GetString(2)).AppendValue(row.GetString(3)).AppendValue(row.GetString(4));
                    _ = row.IsDBNull(5) ? to.AppendNullValue() : to.AppendValue(row.GetInt64(5));
                    to.AppendValue(row.GetInt64(6)).AppendValue(row.GetInt64(7));
                    _ = row.IsDBNull(8) ? to.AppendNullValue() : to.AppendValue(row.GetInt64(8));
                    to.EndRow();
                    return false;
                },
                job);
        }

        db.Execute("CREATE OR REPLACE TABLE watched AS SELECT md5_number_lower(member_key) AS kh, * FROM watched_raw; DROP TABLE watched_raw");
        return db.Number("SELECT count(*) FROM watched");
    }

    /// <summary>Reads, before a transaction begins, whom it is to put on the watch.</summary>
    /// <param name="query">A query of <see cref="Columns"/>.</param>
    public List<WatchedPerson> Read(string query) => run.Db.Query(
        $"SELECT {Columns} FROM ({query})",
        r => new WatchedPerson(r.GetString(0), r.GetInt64(1), r.GetString(2), r.GetString(3), r.IsDBNull(4) ? "" : r.GetString(4), r.IsDBNull(5) ? null : r.GetInt64(5)));

    /// <summary>Puts people on the watch, or keeps them on it for longer, from now on.</summary>
    /// <param name="since">When the write was sent; what is applied late is applied after it.</param>
    public void Enter(SqliteStore transaction, IReadOnlyList<WatchedPerson> people, long since)
    {
        if (people.Count == 0)
        {
            return;
        }

        using var insert = transaction.Prepare(Insert, "$tag", "$account", "$book", "$key", "$kind", "$why", "$email", "$contact", "$since", "$until");
        insert.Parameters["$tag"].Value = run.Job.Tag;
        insert.Parameters["$account"].Value = run.Client.Account.Id;
        insert.Parameters["$since"].Value = since;
        insert.Parameters["$until"].Value = run.Now + (long)run.Job.WatchFor.TotalMilliseconds;
        foreach (var person in people)
        {
            Set(insert, person);
            insert.ExecuteNonQuery();
        }
    }

    /// <summary>Puts people on the watch in a transaction of its own.</summary>
    public void Enter(string query, long since)
    {
        var people = Read(query);
        if (people.Count > 0)
        {
            run.Store.InTransaction(s => Enter(s, people, since));
        }
    }

    /// <summary>Notes that a write which surely ended gave contacts their values: what changes them later may be a write that is applied late.</summary>
    public void Settled(SqliteStore transaction, IReadOnlyList<string> memberKeys, long ended) => Note(transaction, "$ended", memberKeys, ended);

    /// <summary>Notes that another write of ours changed contacts: that their values were sure before, they still are.</summary>
    public void Touched(SqliteStore transaction, IReadOnlyList<string> memberKeys, long ended) => Note(transaction, "max(settled_at, $ended)", memberKeys, ended);

    private void Note(SqliteStore transaction, string settledAt, IReadOnlyList<string> memberKeys, long ended)
    {
        using var update = transaction.Prepare($"UPDATE watch SET settled_at = {settledAt} WHERE tag = $tag AND book_id = 0 AND member_key = $key AND kind = $kind", "$ended", "$tag", "$key", "$kind");
        update.Parameters["$ended"].Value = ended;
        update.Parameters["$tag"].Value = run.Job.Tag;
        update.Parameters["$kind"].Value = WatchKind.Values;
        foreach (var key in memberKeys)
        {
            update.Parameters["$key"].Value = key;
            update.ExecuteNonQuery();
        }
    }

    /// <summary>The members whose values may be overwritten late.</summary>
    public List<string> ValueKeys() => run.Store.Query($"SELECT member_key FROM watch WHERE tag = $tag AND account_id = $account AND kind = '{WatchKind.Values}'", r => r.GetString(0), job);

    /// <summary>Takes people of some kinds off the watch.</summary>
    public void Leave(IReadOnlyList<(string MemberKey, long Book)> people, string kind) => run.Store.InTransaction(s => people.ToList().ForEach(p => s.Execute(
        "DELETE FROM watch WHERE tag = $tag AND book_id = $book AND member_key = $key AND kind = $kind",
        ("$tag", run.Job.Tag), ("$book", p.Book), ("$key", p.MemberKey), ("$kind", kind))));

    /// <summary>Takes everybody off the watch whose time was over when this run looked at them. Insight records go once more first.</summary>
    public void LeaveWhoWasLookedAt(long looked) => run.Store.InTransaction(s => s.Execute(
        "DELETE FROM watch WHERE tag = $tag AND kind <> $insight AND until < $now",
        ("$tag", run.Job.Tag), ("$insight", WatchKind.Insight), ("$now", looked)));

    /// <summary>How many people of a job are on the watch.</summary>
    public static long People(SqliteStore store, string tag) => store.Number("SELECT count(DISTINCT member_key) FROM watch WHERE tag = $tag", ("$tag", tag));

    private static void Set(SqliteCommand insert, WatchedPerson person)
    {
        insert.Parameters["$book"].Value = person.Book;
        insert.Parameters["$key"].Value = person.MemberKey;
        insert.Parameters["$kind"].Value = person.Kind;
        insert.Parameters["$why"].Value = person.Why;
        insert.Parameters["$email"].Value = person.Email;
        insert.Parameters["$contact"].Value = (object?)person.ContactId ?? DBNull.Value;
    }
}

/// <summary>A person to be looked at again.</summary>
/// <param name="MemberKey">The member key.</param>
/// <param name="Book">The book; 0 for the contact or the account.</param>
/// <param name="Kind">A word of <see cref="WatchKind"/>.</param>
/// <param name="Why">A word of <see cref="WatchReason"/>, or the code of the outcome.</param>
/// <param name="Email">The address.</param>
/// <param name="ContactId">The contact; null when unknown.</param>
internal sealed record WatchedPerson(string MemberKey, long Book, string Kind, string Why, string Email, long? ContactId);
