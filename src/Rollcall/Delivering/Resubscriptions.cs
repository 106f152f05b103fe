using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// Brings people back who opted out, where the job says so. Each is looked up before anything is sent: only who is unsubscribed at that moment,
/// and nothing worse, is asked. Afterwards each is read back; a report proves nothing.
/// </summary>
/// <param name="repeats">Whether people are asked again that Dotdigital shows as asked already.</param>
internal sealed class Resubscriptions(RunContext run, ReadBack readBack, SettledDeliveries settled, bool repeats)
{
    private readonly AskedOptOuts _asked = new(run);

    /// <summary>Looks up the people that <c>change</c> would resubscribe; those who are not unsubscribed now are left alone, with the reason.</summary>
    public async Task ConfirmAsync(CancellationToken cancellation)
    {
        var people = run.Db.Query(
            $"""
            SELECT member_key, any_value(email), max(contact_id)
            FROM change c WHERE action IN ('{ChangeAction.Resubscribe}', '{ChangeAction.Await}') AND {Holds.NotHeld} AND {Holds.NotUnderWay}
            GROUP BY 1
            """,
            r => (Key: r.GetString(0), Email: r.GetString(1), Id: r.IsDBNull(2) ? (long?)null : r.GetInt64(2)));
        if (people.Count == 0)
        {
            return;
        }

        run.Db.Execute("CREATE OR REPLACE TABLE looked_up(member_key VARCHAR, contact_id BIGINT, status VARCHAR, book_id BIGINT, list_status VARCHAR)");
        var books = run.Books.Where(b => b.Id is not null).Select(b => b.Id!.Value).ToList();
        var ids = people.ToDictionary(p => p.Key, p => p.Id);
        await foreach (var (key, shown) in LookUps.ByEmailAsync(run, [.. people.Select(p => (p.Key, p.Email))], "look up", cancellation))
        {
            // Who is asked is asked under the address that opted out; a contact that has another one now is left alone, and is not deleted.
            var elsewhere = shown is null && ids[key] is { } id
                && await run.Client.Contacts.FindByIdAsync(id, cancellation) is { Status: not ContactStatus.Deleted };
            var contact = shown is { Status: ContactStatus.Deleted } ? null : shown;
            var status = SqlText.Literal(elsewhere ? Elsewhere : contact?.Status.ToString());
            var person = $"{SqlText.Literal(key)}, {contact?.Id.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "NULL"}, {status}";
            var rows = books.Select(b => $"({person}, {b}, {SqlText.Literal(contact?.StatusIn(b)?.ToString())})");
            run.Db.Execute($"INSERT INTO looked_up VALUES {string.Join(", ", rows)}");
        }

        run.Db.Execute($"""
            CREATE OR REPLACE TABLE confirmed AS
            SELECT c.kh, c.member_key, c.book_no, l.contact_id, l.status,
                CASE WHEN l.status = '{Elsewhere}' THEN 'elsewhere'
                     WHEN l.contact_id IS NULL THEN 'gone'
                     WHEN {repeats} AND l.list_status = 'Pending' AND l.status = CASE WHEN c.status_of_account THEN 'Unsubscribed'
                         ELSE 'Subscribed' END THEN 'ask'
                     WHEN l.status = 'PendingOptIn' OR (l.status IN ('Unsubscribed', 'Subscribed') AND l.list_status = 'Pending') THEN 'asked'
                     WHEN l.status NOT IN ('Unsubscribed', 'Subscribed') THEN 'barred'
                     WHEN c.status_of_account AND l.status = 'Unsubscribed' AND l.list_status = 'Suppressed' AND NOT {run.Job.Config.TriggerJoin} THEN 'book'
                     WHEN c.status_of_account AND l.status = 'Unsubscribed' THEN 'ask'
                     WHEN NOT c.status_of_account AND l.status = 'Subscribed' AND l.list_status = 'Suppressed' THEN 'ask'
                     WHEN l.status = 'Unsubscribed' THEN 'left'
                     ELSE 'back' END AS verdict
            FROM change c JOIN book b USING (book_no) JOIN looked_up l ON l.member_key = c.member_key AND l.book_id = b.book_id
            WHERE c.action IN ('{ChangeAction.Resubscribe}', '{ChangeAction.Await}');

            UPDATE changed SET contact_id = f.contact_id FROM confirmed f WHERE f.kh = changed.kh AND f.member_key = changed.member_key AND f.verdict = 'ask';
            UPDATE change SET contact_id = f.contact_id FROM confirmed f WHERE f.kh = change.kh AND f.member_key = change.member_key
                AND f.book_no = change.book_no;

            UPDATE change SET
                action = CASE WHEN f.verdict = 'asked' THEN '{ChangeAction.StillPending}' ELSE '{ChangeAction.Suppress}' END,
                code = CASE WHEN f.verdict = 'asked' THEN '{ReasonCode.Challenged}' ELSE code END,
                reason = CASE WHEN f.verdict = 'asked' THEN '{AskedAlready}' ELSE reason END,
                status = CASE f.verdict WHEN 'barred' THEN f.status WHEN 'gone' THEN 'Deleted' ELSE change.status END,
                status_since = CASE WHEN f.verdict IN ('barred', 'gone') THEN NULL ELSE status_since END,
                why_not = CASE f.verdict WHEN 'barred' THEN 'Only someone who unsubscribed can be resubscribed.'
                                         WHEN 'gone' THEN 'Dotdigital has no such contact any more, and it is not created again.'
                                         WHEN 'elsewhere' THEN 'The contact has another address at Dotdigital now.'
                                         WHEN 'book' THEN 'The person left this book too, and an import resubscribes only people who left the account.'
                                         WHEN 'left' THEN 'The person has left the account too, since when is not known.'
                                         WHEN 'back'
                                             THEN 'Dotdigital shows the person as subscribed again: people who come back on their own are left alone.' END
            FROM confirmed f
            WHERE f.kh = change.kh AND f.member_key = change.member_key AND f.book_no = change.book_no AND f.verdict <> 'ask';
            """);
        settled.RecordLocal($"""
            SELECT c.kh, c.member_key, b.book_id, 'resubscribe' AS operation, c.email, NULL::VARCHAR AS profile_key, c.contact_id, 'pending' AS state,
                   c.origin, c.audience,
                   NULL::UBIGINT AS fields_hash, 'Pending' AS outcome, c.code, c.reason, {run.Now} AS told_at, NULL::VARCHAR AS account_status,
                   'PendingOptIn' AS book_status
            FROM change c JOIN confirmed f ON f.kh = c.kh AND f.member_key = c.member_key AND f.book_no = c.book_no AND f.verdict = 'asked' JOIN book b
                ON b.book_no = c.book_no
            """);
    }

    private const string Elsewhere = "Elsewhere";
    private const string AskedAlready = "Dotdigital has asked the person by email already, and waits for the answer.";

    /// <summary>The opt-outs that a delivery answers.</summary>
    public OptOutAnswers Answers(string manifest) => _asked.Of(run.Db.Query(
        $"SELECT member_key, book_id FROM {run.Rows(manifest)} WHERE operation = '{ChangeAction.Resubscribe}'",
        r => new PersonInBook(r.GetString(0), r.GetInt64(1))));

    /// <summary>
    /// Takes a delivery back, before it is sent, when another job has answered opt-outs of its people since this run read them, and leaves those people
    /// out of all that follows.
    /// </summary>
    /// <returns>Whether it did: the delivery is made again, without them.</returns>
    public bool TakeBack(Delivery delivery)
    {
        if (delivery.AnsweredElsewhere.Count == 0)
        {
            return false;
        }

        run.Journal.Refuse(delivery, null, "another job answers opt-outs of its people");
        _asked.Unmark(delivery.Id,
            run.Db.Query($"SELECT DISTINCT member_key FROM {run.Rows(delivery.Manifest!)} WHERE operation = '{ChangeAction.Resubscribe}'",
                r => r.GetString(0)).Except(delivery.AnsweredElsewhere));
        LeaveOut(delivery.AnsweredElsewhere);
        return true;
    }

    private void LeaveOut(IReadOnlyList<string> answered)
    {
        if (answered.Count > 0)
        {
            run.Db.Execute($"""
                INSERT INTO late_opt_out
                SELECT kh, member_key, book_no, coalesce(status, 'Unsubscribed'), status_of_account, status_since,
                       'Another job of the data folder has answered this opt-out at the same time, and an opt-out is answered once.'
                FROM change c WHERE action = '{ChangeAction.Resubscribe}'
                    AND member_key IN ({string.Join(", ", answered.Distinct().Select(a => SqlText.Literal(a)))})
                  AND NOT EXISTS (SELECT 1 FROM late_opt_out l WHERE l.kh = c.kh AND l.member_key = c.member_key AND l.book_no = c.book_no)
                """);
        }
    }

    /// <summary>
    /// Asks people back into one book each, by single calls. An answer tells what became of the person; who was not answered is read back, and counts
    /// as asked unless they are back.
    /// </summary>
    public async Task SendSinglyAsync(DirectCalls calls, CancellationToken cancellation)
    {
        foreach (var book in run.Job.Config.TriggerJoin ? run.Books.ToList() : [])
        {
            if (book.Id is { } id)
            {
                await calls.SendAsync(
                    DeliveryKind.Resubscribe, book, People(book.No), causesMail: true, "resubscribe", (person, token) => AskAsync(id, person, token),
                        cancellation,
                    new AnsweringCalls(keys => _asked.Of([.. keys.Select(key => new PersonInBook(key, id))]), LeaveOut));
            }
        }
    }

    private async Task<DirectAnswer?> AskAsync(long book, DirectPerson person, CancellationToken cancellation)
    {
        // Both flags: people are asked.
        var answer = await run.Client.Contacts.ResubscribeAsync(book, person.Email, run.Job.Config.Resubscribe, cancellation);
        var id = ProvenIds.Of(answer.ContactId, answer.Email, person.MemberKey);
        return (answer.Result, answer.Status) switch
        {
            (Resubscription.Added, ContactStatus.Subscribed) => new DirectAnswer("Delivered", "delivered", ReasonCode.Resubscribed,
                "Dotdigital put the person back into the book.") { ContactId = id, AccountStatus = "Subscribed", BookStatus = "Subscribed" },
            (Resubscription.Challenged, _) => new DirectAnswer("Pending", "pending", ReasonCode.Challenged,
                "Dotdigital asked the person by email whether to come back.") { ContactId = id, BookStatus = "PendingOptIn" },
            (Resubscription.Refused, _) => new DirectAnswer("Suppressed", "suppressed", "CannotBeResubscribed",
                "Dotdigital does not bring the person back: bounced, complained or suppressed.") { ContactId = id, ReadStatus = true },
            _ => null,
        };
    }

    private static string People(int book) => $"""
        (SELECT c.kh, c.member_key, b.book_id, c.action AS operation, v.email, v.profile_key, v.contact_id, c.origin, c.audience, v.fields_hash,
            c.code AS known_code, '' AS fields
        FROM change c JOIN book b ON b.book_no = c.book_no JOIN changed v ON v.kh = c.kh AND v.member_key = c.member_key
        LEFT JOIN late_opt_out l ON l.kh = c.kh AND l.member_key = c.member_key AND l.book_no = c.book_no
        LEFT JOIN under_way u ON u.kh = c.kh AND u.member_key = c.member_key
        WHERE c.book_no = {book} AND c.action = '{ChangeAction.Resubscribe}' AND l.kh IS NULL AND u.kh IS NULL
          AND {Holds.MayEnter})
        """;

    /// <summary>Reads back the people that this run's imports asked, and records what Dotdigital shows.</summary>
    public async Task ReadBackAsync(CancellationToken cancellation)
    {
        var sent = settled.All.Where(d => d.Outcomes is not null && d.Kind == DeliveryKind.Import && d.CausesMail).ToList();
        if (sent.Count == 0)
        {
            return;
        }

        run.Db.Execute(
            $"""
            CREATE OR REPLACE TABLE asked_back AS
            SELECT * FROM {OutcomeFiles.Relation(run.Folder, sent)}
            WHERE operation = '{ChangeAction.Resubscribe}' AND state = 'pending'
            QUALIFY row_number() OVER (PARTITION BY kh, member_key, book_id ORDER BY seq DESC) = 1
            """);
        if (run.Db.Number("SELECT count(*) FROM asked_back") == 0)
        {
            return;
        }

        await readBack.ReadAsync("asked_back", sent.Min(d => d.PreparedAt), cancellation);
        settled.RecordLocal(AskedOutcomes.Read("asked_back", run.Now));
    }
}
