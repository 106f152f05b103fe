using Rollcall.Dotdigital;

namespace Rollcall.Ledger;

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
    public void Mark(Store transaction, long delivery, IEnumerable<(string MemberKey, long Book)> people)
    {
        using var mark = transaction.Prepare(
            "UPDATE opt_out SET asked_since = since, asked_at = $now, asked_by = $delivery WHERE account_id = $account AND book_id IN (0, $book) AND email_key = $email AND lifted_at IS NULL",
            "$now", "$delivery", "$account", "$book", "$email");
        foreach (var (key, book) in people)
        {
            mark.Parameters["$now"].Value = run.Now;
            mark.Parameters["$delivery"].Value = delivery;
            mark.Parameters["$account"].Value = account;
            mark.Parameters["$book"].Value = book;
            mark.Parameters["$email"].Value = key;
            mark.ExecuteNonQuery();
        }
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

    /// <summary>Keeps that this job unsubscribed someone. What counts already, theirs or worse, stays as it is.</summary>
    public void KeepOurs(string memberKey, long book, long? contactId, DateTimeOffset since) => run.Store.InTransaction(s => s.Execute(
        """
        INSERT INTO opt_out(account_id, book_id, email_key, contact_id, status, since, cause, seen_no)
        VALUES ($account, $book, $email, $contact, $status, $since, $cause, $seen)
        ON CONFLICT(account_id, book_id, email_key) DO UPDATE SET
            contact_id = coalesce(excluded.contact_id, contact_id), status = excluded.status, lifted_at = NULL, seen_no = excluded.seen_no,
            cause = excluded.cause, since = coalesce(max(excluded.since, since), excluded.since)
        WHERE lifted_at IS NOT NULL
        """,
        ("$account", account), ("$book", book), ("$email", memberKey), ("$contact", contactId), ("$status", nameof(ContactStatus.Unsubscribed)),
        ("$since", since.ToUnixTimeMilliseconds()), ("$cause", ThisJob), ("$seen", OptOuts.NextNo(s))));
}
