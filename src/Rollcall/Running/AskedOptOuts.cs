using Rollcall.Dotdigital;
using Rollcall.Store;

namespace Rollcall.Running;

/// <summary>
/// What was done about opt-outs: each is answered once with a resubscription, and lifted once Dotdigital shows the person back. The rows stay;
/// a later opt-out counts again.
/// </summary>
internal sealed class AskedOptOuts(RunContext run)
{
    private readonly IOptOuts _optOuts = run.Store.OptOuts(run.Client.Account.Id);

    /// <summary>The opt-outs that a call is to answer: marked by the transaction that commits it.</summary>
    public OptOutAnswers Of(IReadOnlyList<PersonInBook> people)
    {
        run.Db.Execute("CREATE OR REPLACE TABLE marking(member_key VARCHAR)");
        using (var appender = run.Db.Connection.CreateAppender("marking"))
        {
            foreach (var key in people.Select(p => p.MemberKey).Distinct())
            {
                appender.CreateRow().AppendValue(key).EndRow();
            }
        }

        var known = run.Db.Query(
            "SELECT o.email_key, o.book_id, o.asked_at FROM opt_out o JOIN marking m ON m.member_key = o.email_key WHERE o.asked_at IS NOT NULL",
            r => (Person: new PersonInBook(r.GetString(0), r.GetInt64(1)), At: r.GetInt64(2)));
        return new OptOutAnswers(run.RunId, people, known.ToDictionary(k => k.Person, k => k.At));
    }

    /// <summary>Takes the marks of a delivery back from people that Dotdigital refused, so that nothing was sent to them.</summary>
    public void Unmark(long delivery, IEnumerable<string> memberKeys) => _optOuts.Unmark(delivery, memberKeys);

    /// <summary>
    /// Lifts the opt-outs that were answered, of people that Dotdigital shows as back. One of the other level that came after the question was not
    /// answered: a resubscription that is applied late undoes it unasked.
    /// </summary>
    /// <param name="seenUntil">
    /// The count of readings before Dotdigital was asked, when the people had time to answer: what was learnt later may be a new opt-out. Null right
    /// after the resubscription was sent: only the opt-outs it answered are lifted, for one that came in between was undone by it, and is put right.
    /// </param>
    public void Lift(IEnumerable<PersonInBook> people, long? seenUntil) => _optOuts.Lift(people, run.Now, seenUntil);

    /// <summary>Keeps that this job unsubscribed people.</summary>
    public void KeepOurs(IEnumerable<(string MemberKey, long Book, long? ContactId)> people, DateTimeOffset since) => _optOuts.KeepOurs(
        [.. people.Select(p => new SeenOptOut(p.MemberKey, p.Book, p.ContactId, nameof(ContactStatus.Unsubscribed), Named: true))],
        since.ToUnixTimeMilliseconds());
}
