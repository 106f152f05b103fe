using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// People who opted out and are shown as subscribed by Dotdigital, with no write of ours since: they came back on their own. At first only their values
/// go, by contact id and without a list. A second look by name, a day later, lifts the opt-out if they are still there: they count as already there,
/// so that updates go on and exits leave them. Gone from the book again, the opt-out counts as before.
/// </summary>
internal sealed class CameBack(RunContext run, SettledDeliveries settled)
{
    /// <summary>How long somebody has to be back before the opt-out is lifted.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromDays(1);

    // No values hash to it: the comparison sends the fields.
    private const string UnknownFields = "0::UBIGINT";

    /// <summary>Takes note of those of <c>put_back</c> who were not put back by a write of ours and are subscribed according to <c>seen</c>.</summary>
    public void FirstLook()
    {
        run.Db.Execute("""
            CREATE OR REPLACE TABLE came_back AS
            SELECT p.kh, p.member_key, p.email, coalesce(s.contact_id, p.contact_id) AS contact_id, p.book_id, p.status
            FROM put_back p JOIN seen s ON s.kh = p.kh AND s.member_key = p.member_key AND s.book_id = p.book_id
            WHERE NOT p.undone AND s.verdict = 'in'
              AND NOT EXISTS (SELECT 1 FROM put_back o WHERE o.kh = p.kh AND o.member_key = p.member_key AND o.undone)
            """);
        var people = run.Db.Query("SELECT member_key, book_id FROM came_back", r => new PersonInBook(r.GetString(0), r.GetInt64(1)));
        if (people.Count == 0)
        {
            return;
        }

        run.OptOuts.MarkBack(people, run.Now);
        new Watch(run).Enter($"SELECT member_key, book_id, '{WatchKind.OptOut}' AS kind, '{WatchReason.CameBack}' AS why, email, contact_id FROM came_back",
            run.Now);
        settled.RecordLocal($"""
            SELECT kh, member_key, book_id, 'watch' AS operation, email, NULL::VARCHAR AS profile_key, contact_id, 'delivered' AS state,
                CASE WHEN status = 'Unsubscribed' THEN 'there' END AS origin,
                NULL::VARCHAR AS audience,
                   {UnknownFields} AS fields_hash, 'Delivered' AS outcome, '{ReasonCode.CameBack}' AS code,
                   'Had opted out, and came back to the book on their own; values are sent, and the opt-out is lifted a day later if they stay.' AS reason,
                       {run.Now} AS told_at,
                   'Subscribed' AS account_status, 'Subscribed' AS book_status
            FROM came_back
            """);
        run.Report(Findings.PeopleCameBack(people.Count));
    }

    /// <summary>
    /// Takes note of people who opted out according to the ledger and are subscribed in a reading of the books, while no write about them is open.
    /// </summary>
    /// <param name="shown">A relation of <c>kh, member_key, email, contact_id, book_id</c>: suppressed in the ledger, subscribed in the book.</param>
    public void FirstLook(string shown)
    {
        run.Db.Execute($"""
            CREATE OR REPLACE TABLE put_back AS
            SELECT d.kh, d.member_key, any_value(d.email) AS email, max(d.contact_id) AS contact_id, d.book_id, false AS undone, any_value(o.status) AS status
            FROM {shown} d JOIN opt_out o ON o.kh = d.kh AND o.email_key = d.member_key AND o.book_id IN (0, d.book_id)
            WHERE o.cause <> 'deleted' AND o.status <> 'Deleted'
              AND NOT EXISTS (SELECT 1 FROM watched w WHERE w.kh = d.kh AND w.member_key = d.member_key AND w.kind IN ('{WatchKind.Entry}',
                  '{WatchKind.Status}'))
            GROUP BY d.kh, d.member_key, d.book_id;
            CREATE OR REPLACE TABLE seen AS SELECT kh, member_key, book_id, contact_id, 'in' AS verdict FROM put_back;
            """);
        FirstLook();
    }

    /// <summary>Looks by name at those whose day is over, and at everybody on the watch who may be gone again.</summary>
    public async Task SecondLookAsync(CancellationToken cancellation)
    {
        var people = run.Db.Query(
            $"SELECT w.member_key, w.book_id, w.email, w.contact_id, w.since FROM watched w WHERE w.kind = '{WatchKind.OptOut}' ORDER BY w.kh",
            r => (Key: r.GetString(0), Book: r.GetInt64(1), Email: r.GetString(2), Id: r.IsDBNull(3) ? (long?)null : r.GetInt64(3), Since: r.GetInt64(4)));
        if (people.Count == 0)
        {
            return;
        }

        var (staying, gone) = (new List<PersonInBook>(), new List<PersonInBook>());
        run.Db.Execute("CREATE OR REPLACE TABLE gone_again(member_key VARCHAR, book_id BIGINT, status VARCHAR)");
        foreach (var person in people)
        {
            var contact = await LookUps.FindAsync(run, person.Key, person.Id, person.Email, cancellation);
            if (contact is { Status: Dotdigital.ContactStatus.Subscribed } && contact.StatusIn(person.Book) == Dotdigital.ListStatus.Subscribed)
            {
                if (run.Now - person.Since >= Wait.TotalMilliseconds)
                {
                    staying.Add(new(person.Key, person.Book));
                }
            }
            else if (contact is not { Status: Dotdigital.ContactStatus.Unknown } && contact?.StatusIn(person.Book) != Dotdigital.ListStatus.Unknown)
            {
                gone.Add(new(person.Key, person.Book));
                var status = contact is null or { Status: Dotdigital.ContactStatus.Subscribed } ? "Unsubscribed" : contact.Status.ToString();
                run.Db.Execute($"INSERT INTO gone_again VALUES ({SqlText.Literal(person.Key)}, {person.Book}, {SqlText.Literal(status)})");
            }
        }

        var watch = new Watch(run);
        run.OptOuts.LiftBack(staying);
        watch.Leave(staying, WatchKind.OptOut);
        run.OptOuts.MarkBack(gone, null);
        watch.Leave(gone, WatchKind.OptOut);
        settled.RecordLocal($"""
            SELECT md5_number_lower(g.member_key) AS kh, g.member_key, g.book_id, 'watch' AS operation, w.email, NULL::VARCHAR AS profile_key, w.contact_id,
                'suppressed' AS state, NULL::VARCHAR AS origin,
                   NULL::VARCHAR AS audience, NULL::UBIGINT AS fields_hash, 'Suppressed' AS outcome, g.status AS code,
                       'Had come back on their own, and is gone again: the opt-out counts as before.' AS reason,
                   {run.Now} AS told_at, NULL::VARCHAR AS account_status, g.status AS book_status
            FROM gone_again g JOIN watched w ON w.member_key = g.member_key AND w.book_id = g.book_id AND w.kind = '{WatchKind.OptOut}'
            """);
    }
}
