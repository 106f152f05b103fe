using Rollcall.Dotdigital;

namespace Rollcall.Store;

/// <summary>
/// What was done about opt-outs: each is answered once with a resubscription, and lifted once Dotdigital shows the person back. The rows stay;
/// a later opt-out counts again.
/// </summary>
internal sealed class AskedOptOuts(RunContext run)
{
    /// <summary>The cause of an opt-out that a job's <c>exit_action: unsubscribe</c> made.</summary>
    public const string ThisJob = "this job";

    private readonly long account = run.Client.Account.Id;

    /// <summary>Marks the opt-outs of people as answered by a delivery, before it is sent. Runs inside the transaction that commits the delivery.</summary>
    /// <param name="delivery">The delivery's id.</param>
    /// <param name="people">A member and a book: its opt-out and the account's are meant.</param>
    /// <returns>Whom another job has answered since this run read the opt-outs, in part or wholly: nothing may be sent to them.</returns>
    public IReadOnlyList<string> Mark(SqliteStore transaction, long delivery, IEnumerable<(string MemberKey, long Book)> people)
    {
        var all = people.ToList();
        var known = KnownAsked(all.Select(p => p.MemberKey));
        using var look = transaction.Prepare(
            "SELECT book_id, asked_at, (SELECT run_id FROM delivery d WHERE d.id = asked_by) FROM opt_out WHERE account_id = $account AND book_id IN (0, $book) AND email_key = $email AND lifted_at IS NULL",
            "$account", "$book", "$email");
        using var mark = transaction.Prepare(
            "UPDATE opt_out SET asked_since = since, asked_at = $now, asked_by = $delivery WHERE account_id = $account AND book_id IN (0, $book) AND email_key = $email AND lifted_at IS NULL",
            "$now", "$delivery", "$account", "$book", "$email");
        var answered = new List<string>();
        foreach (var (key, book) in all)
        {
            look.Parameters["$account"].Value = account;
            look.Parameters["$book"].Value = book;
            look.Parameters["$email"].Value = key;
            if (!MayAsk(look, key, known))
            {
                answered.Add(key);
                continue;
            }

            mark.Parameters["$now"].Value = run.Now;
            mark.Parameters["$delivery"].Value = delivery;
            mark.Parameters["$account"].Value = account;
            mark.Parameters["$book"].Value = book;
            mark.Parameters["$email"].Value = key;
            mark.ExecuteNonQuery();
        }

        return answered;
    }

    private bool MayAsk(Microsoft.Data.Sqlite.SqliteCommand look, string key, Dictionary<(string, long), long> known)
    {
        using var row = look.ExecuteReader();
        var any = false;
        while (row.Read())
        {
            any = true;
            var ours = row.IsDBNull(1) || (!row.IsDBNull(2) && row.GetString(2) == run.RunId) || (known.TryGetValue((key, row.GetInt64(0)), out var asked) && asked == row.GetInt64(1));
            if (!ours)
            {
                return false;
            }
        }

        // Lifted since: another job has brought them back already.
        return any;
    }

    /// <summary>When the opt-outs of people had been answered, as this run read them: those are asked for on purpose.</summary>
    private Dictionary<(string, long), long> KnownAsked(IEnumerable<string> keys)
    {
        run.Db.Execute("CREATE OR REPLACE TABLE marking(member_key VARCHAR)");
        using (var appender = run.Db.Connection.CreateAppender("marking"))
        {
            foreach (var key in keys.Distinct())
            {
                appender.CreateRow().AppendValue(key).EndRow();
            }
        }

        return run.Db.Query("SELECT o.email_key, o.book_id, o.asked_at FROM opt_out o JOIN marking m ON m.member_key = o.email_key WHERE o.asked_at IS NOT NULL", r => (r.GetString(0), r.GetInt64(1), r.GetInt64(2)))
            .ToDictionary(r => (r.Item1, r.Item2), r => r.Item3);
    }

    /// <summary>Takes the marks of a delivery back from people whom Dotdigital refused, so that nothing was sent to them.</summary>
    public void Unmark(long delivery, IEnumerable<string> memberKeys)
    {
        var keys = memberKeys.ToList();
        run.Store.InTransaction(s => keys.ForEach(key => s.Execute(
            "UPDATE opt_out SET asked_since = NULL, asked_at = NULL, asked_by = NULL WHERE account_id = $account AND email_key = $email AND asked_by = $delivery",
            ("$account", account), ("$email", key), ("$delivery", delivery))));
    }

    /// <summary>Lifts the opt-outs of people whom Dotdigital shows back.</summary>
    /// <param name="seenUntil">
    /// The count of readings before Dotdigital was asked, when the people had time to answer: what was learnt later may be a new opt-out. Null right
    /// after the resubscription was sent: only the opt-outs it answered are lifted, for one that came in between was undone by it, and is put right.
    /// </param>
    public void Lift(IEnumerable<(string MemberKey, long Book)> people, long? seenUntil)
    {
        var all = people.ToList();
        run.Store.InTransaction(s => all.ForEach(p => s.Execute(
            "UPDATE opt_out SET lifted_at = $now WHERE account_id = $account AND book_id IN (0, $book) AND email_key = $email AND status = $status AND ($until IS NULL AND since <= asked_since OR seen_no <= $until) AND lifted_at IS NULL",
            ("$now", run.Now), ("$account", account), ("$book", p.Book), ("$email", p.MemberKey), ("$status", nameof(ContactStatus.Unsubscribed)), ("$until", seenUntil))));
    }

    /// <summary>Keeps that this job unsubscribed people. What counts already, theirs or worse, stays as it is; what the look after an unanswered call showed, without a date, is this.</summary>
    public void KeepOurs(List<(string MemberKey, long Book, long? ContactId)> people, DateTimeOffset since) => run.Store.InTransaction(s => people.ForEach(p => s.Execute(
        """
        INSERT INTO opt_out(account_id, book_id, email_key, contact_id, status, since, cause, seen_no)
        VALUES ($account, $book, $email, $contact, $status, $since, $cause, $seen)
        ON CONFLICT(account_id, book_id, email_key) DO UPDATE SET
            contact_id = coalesce(excluded.contact_id, contact_id), status = excluded.status, lifted_at = NULL, seen_no = excluded.seen_no,
            cause = excluded.cause, since = coalesce(max(excluded.since, since), excluded.since)
        WHERE lifted_at IS NOT NULL OR since IS NULL
        """,
        ("$account", account), ("$book", p.Book), ("$email", p.MemberKey), ("$contact", p.ContactId), ("$status", nameof(ContactStatus.Unsubscribed)),
        ("$since", since.ToUnixTimeMilliseconds()), ("$cause", ThisJob), ("$seen", OptOuts.NextNo(s)))));
}
