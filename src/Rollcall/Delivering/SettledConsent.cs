using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>What a settled delivery says of people's consent, for every job of the account.</summary>
internal static class SettledConsent
{
    /// <param name="outcomes">The file of the delivery's outcomes.</param>
    /// <param name="began">As <see cref="AskedOptOuts.Lift"/> has it.</param>
    public static void Keep(RunContext run, Delivery delivery, string outcomes, long? began)
    {
        KeepDeleted(run, outcomes);
        KeepAnswers(run, delivery, outcomes, began);
    }

    /// <summary>Lifts the opt-outs of people that Dotdigital shows as back, and frees those whose resubscription it refused to be asked another time.</summary>
    public static void KeepAnswers(RunContext run, Delivery delivery, string outcomes, long? began)
    {
        if (delivery is { Kind: DeliveryKind.Import, CausesMail: false })
        {
            // People who are asked back travel in a lane of their own.
            return;
        }

        var rows = run.Db.Query(
            $"""
            SELECT DISTINCT member_key, book_id, outcome
            FROM {run.Rows(outcomes)}
            WHERE operation = '{ChangeAction.Resubscribe}' AND (code = '{ReasonCode.Resubscribed}' OR outcome = 'Failed')
            """,
            r => (Key: r.GetString(0), Book: r.GetInt64(1), Outcome: r.GetString(2)));
        if (rows.Count > 0)
        {
            var asked = new AskedOptOuts(run);
            asked.Lift(rows.Where(r => r.Outcome == "Delivered").Select(r => new PersonInBook(r.Key, r.Book)), began);
            asked.Unmark(delivery.Id, rows.Where(r => r.Outcome == "Failed").Select(r => r.Key));
        }

        if (delivery.Kind == DeliveryKind.Unsubscribe)
        {
            KeepUnsubscribed(run, outcomes);
        }
    }

    /// <summary>People unsubscribed by this job count as opted out, for every job of the account.</summary>
    private static void KeepUnsubscribed(RunContext run, string outcomes)
    {
        var people = run.Db.Query(
            $"SELECT member_key, book_id, contact_id FROM {run.Rows(outcomes)} WHERE operation = 'exit' AND outcome = 'Delivered' AND code = 'Unsubscribed'",
            r => (r.GetString(0), r.GetInt64(1), r.IsDBNull(2) ? (long?)null : r.GetInt64(2)));
        if (people.Count > 0)
        {
            new AskedOptOuts(run).KeepOurs(people, run.ServerClock.GetUtcNow());
        }
    }

    /// <summary>Tells the account's other jobs who is deleted at Dotdigital: they must not create the person again either.</summary>
    private static void KeepDeleted(RunContext run, string outcomes) =>
        new Deletions(run).Keep(run.Db.Query(
            $"SELECT member_key, max(contact_id) FROM {run.Rows(outcomes)} WHERE code = '{ReasonCode.DeletedAtDotdigital}' GROUP BY 1",
            r => (r.GetString(0), r.IsDBNull(1) ? (long?)null : r.GetInt64(1))));
}
