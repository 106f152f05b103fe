using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// Reads people back from Dotdigital, one by one or by the pages of their books, whichever takes fewer calls, into <c>seen</c>:
/// a row a person and book with a verdict: <c>in</c> (subscribed there), <c>pending</c> (asked to confirm), <c>out</c> (opted out, bounced, barred),
/// <c>absent</c>, <c>unknown</c> (Dotdigital did not say, or in words this program does not know).
/// </summary>
internal sealed class ReadBack(RunContext run)
{
    // Clocks differ, and a contact may have been written a moment before we looked at ours.
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    // Beyond this, they are left to the next run.
    private const long MostAbsent = 50;

    /// <summary>Calls it takes to read <paramref name="people"/> back.</summary>
    public long Cost(string people) => Math.Min(Persons(people), Pages(people));

    /// <summary>Reads back <paramref name="people"/>, a relation of <c>kh, member_key, email, contact_id, book_id</c>.</summary>
    /// <param name="writtenSince">When they were written at the earliest: pages show who was changed since, or somewhat before. Null: pages show everyone
    /// of the book.</param>
    /// <param name="namesAbsent">Whether the few people that pages do not show are asked for by name.</param>
    public async Task ReadAsync(string people, DateTimeOffset? writtenSince, CancellationToken cancellation, bool namesAbsent = true)
    {
        run.Db.Execute($"""
            CREATE OR REPLACE TABLE asked AS SELECT DISTINCT kh, member_key, email, contact_id, book_id FROM {people};
            CREATE OR REPLACE TABLE found AS FROM {BookReading.Empty};
            """);
        if (Persons("asked") <= (writtenSince is null ? WholePages() : Pages("asked")))
        {
            await ReadPersonsAsync(cancellation);
        }
        else
        {
            await ReadBooksAsync(writtenSince - Margin, cancellation);
            Judge();
            if (namesAbsent)
            {
                await ReadAbsentAsync(cancellation);
            }
        }

        Judge();
        SeenOptOuts.Keep(run, "seen");
    }

    /// <summary>A book's pages say nothing of who is not in it; the few who are missing are asked for by name, to know why.</summary>
    private async Task ReadAbsentAsync(CancellationToken cancellation)
    {
        const string Absent =
            "(SELECT a.* FROM everyone a JOIN seen s ON s.kh = a.kh AND s.member_key = a.member_key AND s.book_id = a.book_id WHERE s.verdict = 'absent')";
        run.Db.Execute("CREATE OR REPLACE TABLE everyone AS FROM asked");
        if (Persons(Absent) is > 0 and <= MostAbsent)
        {
            run.Db.Execute($"CREATE OR REPLACE TABLE asked AS FROM {Absent}");
            await ReadPersonsAsync(cancellation);
            run.Db.Execute("CREATE OR REPLACE TABLE asked AS FROM everyone");
        }
    }

    private long Persons(string people) => run.Db.Number($"SELECT count(DISTINCT member_key) FROM {people}");

    private long Pages(string people) =>
        run.Db.Number($"SELECT coalesce(sum(1 + n // {DotdigitalLimits.PageV3}), 0)::BIGINT FROM (SELECT count(*) AS n FROM {people} GROUP BY book_id)");

    /// <summary>Pages that show everyone of the books asked for, by the sizes that Dotdigital told.</summary>
    private long WholePages() => run.Db.Query("SELECT DISTINCT book_id FROM asked", r => r.GetInt64(0))
        .Sum(book => 1 + ((run.Books.Find(b => b.Id == book)?.Contacts ?? 0) / DotdigitalLimits.PageV3));

    private async Task ReadPersonsAsync(CancellationToken cancellation)
    {
        var persons = run.Db.Query(
            "SELECT member_key, any_value(email), max(contact_id), list(DISTINCT book_id) FROM asked GROUP BY 1",
            r => (Key: r.GetString(0), Email: r.GetString(1), Id: r.IsDBNull(2) ? (long?)null : r.GetInt64(2), Books: r.GetFieldValue<List<long>>(3)));
        var (done, shown) = (0L, new List<SeenOptOut>());
        foreach (var person in persons)
        {
            var (contact, told) = await FindAsync(person.Key, person.Id, person.Email, cancellation);
            shown.AddRange(SeenOptOuts.Of(person.Key, contact, named: true));
            foreach (var book in person.Books)
            {
                run.Db.Execute($"""
                    INSERT INTO found VALUES (md5_number_lower({SqlText.Literal(person.Key)}), {SqlText.Literal(person.Key)},
                        {(contact is null ? null : ProvenIds.Of(contact, person.Key, person.Id))?.ToString() ?? "NULL"}, {book},
                        {SqlText.Literal(told ? contact?.Status.ToString() : nameof(ContactStatus.Unknown))},
                            {SqlText.Literal(contact?.StatusIn(book)?.ToString())}, {contact?.Updated?.ToUnixTimeMilliseconds().ToString() ?? "NULL"}, true)
                    """);
            }

            run.Progress?.Report(new RunProgress("read back", ++done, persons.Count, "people"));
        }

        run.OptOuts.KeepSeen(shown);
    }

    /// <summary>One person that Dotdigital refuses to show must not stop this run and every later one: nothing is known of them.</summary>
    private async Task<(Contact? Contact, bool Told)> FindAsync(string key, long? id, string email, CancellationToken cancellation)
    {
        try
        {
            return (await LookUps.FindAsync(run, key, id, email, cancellation), true);
        }
        catch (DotdigitalException e) when (e.Kind == FailureKind.Permanent)
        {
            return (null, false);
        }
    }

    private async Task ReadBooksAsync(DateTimeOffset? since, CancellationToken cancellation)
    {
        foreach (var book in run.Db.Query("SELECT DISTINCT book_id FROM asked", r => r.GetInt64(0)))
        {
            await BookReading.ReadAsync(run, book, since, "found", cancellation);
        }
    }

    /// <summary>A person's status in a book in v2's words, from <c>account_status</c> and <c>list_status</c>.</summary>
    public const string BookStatus = """
        CASE WHEN account_status = 'Subscribed' AND list_status = 'Suppressed' THEN 'Unsubscribed'
             WHEN account_status = 'Subscribed' AND list_status = 'Pending' THEN 'PendingOptIn'
             ELSE account_status END
        """;

    /// <summary>
    /// What both statuses come to: absent, pending, in, out, unknown. A contact shown as deleted is absent: a look-up by id and address says whether it is.
    /// </summary>
    public const string Verdict = """
        CASE WHEN account_status IS NULL OR account_status = 'Deleted' OR (account_status = 'Subscribed' AND list_status IS NULL) THEN 'absent'
             WHEN account_status = 'PendingOptIn' OR (account_status = 'Subscribed' AND list_status = 'Pending') THEN 'pending'
             WHEN account_status = 'Subscribed' AND list_status = 'Subscribed' THEN 'in'
             WHEN account_status = 'Unknown' OR list_status = 'Unknown' THEN 'unknown'
             ELSE 'out' END
        """;

    /// <summary>The ledger's state of someone entered, by <c>s.verdict</c>; <paramref name="otherwise"/> for who is absent or was not seen.</summary>
    public static string State(string otherwise) =>
        $"CASE s.verdict WHEN 'in' THEN 'delivered' WHEN 'pending' THEN 'pending' WHEN 'out' THEN 'suppressed' ELSE '{otherwise}' END";

    /// <summary>Their outcome.</summary>
    public static string Outcome(string otherwise) =>
        $"CASE s.verdict WHEN 'in' THEN 'Delivered' WHEN 'pending' THEN 'Pending' WHEN 'out' THEN 'Suppressed' ELSE '{otherwise}' END";

    /// <summary>
    /// Its code; <paramref name="otherwise"/> is an expression. Who has yet to confirm and is not in the book may have to be added once they have.
    /// </summary>
    public static string Code(string otherwise) => $"""
        CASE s.verdict WHEN 'in' THEN 'Seen' WHEN 'pending' THEN {PendingCode("s.listed")}
             WHEN 'out' THEN s.book_status ELSE {otherwise} END
        """;

    /// <summary>The code of people who have yet to confirm: those not in the book meanwhile have to be added once they have.</summary>
    public static string PendingCode(string listed) => $"CASE WHEN {listed} THEN 'AwaitsConfirmation' ELSE '{ReasonCode.WaitsToBeAdded}' END";

    /// <summary>Its reason; <paramref name="otherwise"/> is an expression.</summary>
    public static string Reason(string otherwise) => $"""
        CASE s.verdict WHEN 'in' THEN 'Dotdigital shows the person in the book.' WHEN 'pending' THEN 'Dotdigital asked the person to confirm.'
             WHEN 'out' THEN 'Dotdigital shows the person as ' || s.book_status || '.' ELSE {otherwise} END
        """;

    // What single look-ups told wins over pages, which may lag behind.
    private void Judge() => run.Db.Execute($"""
        CREATE OR REPLACE TABLE seen AS
        WITH
        named_address AS (SELECT DISTINCT book_id, email_key FROM found WHERE named),
        named_contact AS (SELECT DISTINCT book_id, contact_id FROM found WHERE named AND contact_id IS NOT NULL),
        f AS (
            SELECT * FROM found WHERE named
            UNION ALL
            SELECT p.* FROM found p ANTI JOIN named_address USING (book_id, email_key) ANTI JOIN named_contact USING (book_id, contact_id) WHERE NOT p.named),
        joined AS (
            SELECT a.kh, a.member_key, a.book_id, coalesce(i.contact_id, e.contact_id) AS contact_id,
                   coalesce(i.account_status, e.account_status) AS account_status,
                       CASE WHEN i.contact_id IS NULL THEN e.list_status ELSE i.list_status END AS list_status,
                   coalesce(i.updated, e.updated) AS updated, coalesce(i.named, e.named, false) AS named
            FROM asked a
            LEFT JOIN (SELECT book_id, contact_id, any_value(account_status) AS account_status, any_value(list_status) AS list_status,
                max(updated) AS updated, bool_or(named) AS named
                       FROM f WHERE contact_id IS NOT NULL GROUP BY 1, 2) i ON i.book_id = a.book_id AND i.contact_id = a.contact_id
            LEFT JOIN (SELECT book_id, email_key, max(contact_id) AS contact_id, any_value(account_status) AS account_status,
                any_value(list_status) AS list_status, max(updated) AS updated, bool_or(named) AS named
                       FROM f GROUP BY 1, 2) e ON e.book_id = a.book_id AND e.email_key = a.member_key)
        SELECT kh, member_key, book_id, contact_id, account_status,
               {BookStatus} AS book_status,
               {Verdict} AS verdict, list_status IS NOT NULL AS listed, list_status, updated, named
        FROM joined
        """);
}
