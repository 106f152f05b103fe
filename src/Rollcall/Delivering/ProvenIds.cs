using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// Whose a contact id is. Reports, pages and answers tell ids, and the next import matches by them: one that belongs to somebody else would write a
/// stranger's fields. So an id that another address claims as well is believed only where Dotdigital, asked for that contact, shows the address.
/// </summary>
internal sealed class ProvenIds(RunContext run)
{
    /// <summary>The members whose id is not proven: <c>kh, member_key, contact_id</c>.</summary>
    public const string Unproven = "unproven_id";

    /// <summary>Most ids that are looked up at a time, a call each; the others are not believed.</summary>
    public const int MostLookUps = 500;

    private const long PartRecords = 500_000;

    // A person who goes on under another address lays no claim to the contact under the former one.
    private const string Claims = $"(state <> 'left' OR coalesce(code, '') NOT IN ('{ReasonCode.Moved}', '{ReasonCode.SameContact}'))";

    /// <summary>Empties the table of members whose id is not proven.</summary>
    public void Begin() => run.Db.Execute($"CREATE OR REPLACE TABLE {Unproven}(kh UBIGINT, member_key VARCHAR, contact_id BIGINT)");

    /// <summary>
    /// Adds to the table everybody of <paramref name="people"/> with an id that somebody else claims, in the ledger or among them, and that is not theirs.
    /// </summary>
    /// <param name="people">A relation of <c>kh, member_key, contact_id</c>.</param>
    /// <param name="ledger">The relation of the ledger.</param>
    /// <param name="known">Whether an id that the ledger has for the same member is believed.</param>
    public async Task AddAsync(string people, string ledger, bool known, CancellationToken cancellation)
    {
        run.Db.Execute($"""
            CREATE OR REPLACE TABLE told_id AS SELECT DISTINCT kh, member_key, contact_id FROM {people} WHERE contact_id IS NOT NULL;
            CREATE OR REPLACE TABLE claimed_id AS SELECT DISTINCT kh, contact_id FROM {ledger} WHERE contact_id IN (SELECT contact_id FROM told_id)
                AND {Claims};
            CREATE OR REPLACE TABLE doubtful_id AS
            SELECT t.kh, t.member_key, t.contact_id
            FROM told_id t
            JOIN (SELECT contact_id FROM (SELECT kh, contact_id FROM told_id UNION SELECT kh, contact_id FROM claimed_id) GROUP BY 1
                HAVING count(*) > 1) c USING (contact_id)
            {(known ? "ANTI JOIN claimed_id k ON k.kh = t.kh AND k.contact_id = t.contact_id" : "")};
            DROP TABLE told_id;
            DROP TABLE claimed_id;
            """);
        var ids = run.Db.Query($"SELECT DISTINCT contact_id FROM doubtful_id ORDER BY 1 LIMIT {MostLookUps}", r => r.GetInt64(0));
        await foreach (var (id, contact) in LookUps.ByIdAsync(run, ids, "look up", cancellation))
        {
            if (contact is { Status: not ContactStatus.Deleted, Email: { } email } && contact.Id == id)
            {
                run.Db.Execute($"DELETE FROM doubtful_id WHERE contact_id = {id} AND member_key = {SqlText.Literal(MemberKey.Of(email))}");
            }
        }

        run.Db.Execute($"INSERT INTO {Unproven} FROM doubtful_id; DROP TABLE doubtful_id");
    }

    /// <summary>
    /// Looks at the ids of the records to be sent. People who are new are matched by address where the id is not proven. About people known to the ledger,
    /// nothing is sent: by address, somebody who was deleted would be created again.
    /// </summary>
    /// <param name="ledger">The relation of the ledger.</param>
    public async Task ConfirmChangedAsync(string ledger, CancellationToken cancellation)
    {
        // A move is matched by the id of the former address, and has read the contact itself.
        Begin();
        await AddAsync(
            $"""
            (SELECT c.kh, c.member_key, c.contact_id FROM changed c WHERE NOT EXISTS (SELECT 1 FROM move m WHERE m.kh = c.kh AND m.member_key = c.member_key))
            """,
            ledger, known: false, cancellation);
        if (run.Db.Number($"SELECT count(*) FROM {Unproven}") is > 0 and var people)
        {
            var known =
                run.Db.Execute(
                    $"""
                    INSERT INTO under_way
                    SELECT DISTINCT u.kh, u.member_key, '{ReasonCode.ContactIdInDoubt}'
                    FROM {Unproven} u SEMI
                    JOIN {ledger} l ON l.kh = u.kh AND l.member_key = u.member_key
                    """);
            run.Db.Execute($"UPDATE changed SET contact_id = NULL FROM {Unproven} u WHERE u.kh = changed.kh AND u.member_key = changed.member_key");
            run.Report(known > 0 ? Findings.ContactIdsInDoubt(people, known) : Findings.ContactIdsNotProven(people));
        }
    }

    /// <summary>The outcomes, without ids of contacts that are somebody else's. Looked at in parts: a first export's ids are as many as its members.</summary>
    public async Task<string> OutcomesAsync(IReadOnlyList<Delivery> settled, string ledger, CancellationToken cancellation)
    {
        Begin();
        var part = new List<Delivery>();
        foreach (var delivery in settled)
        {
            part.Add(delivery);
            if (part.Sum(d => d.Records) >= PartRecords)
            {
                await LookAsync();
            }
        }

        await LookAsync();
        var outcomes = OutcomeFiles.Relation(run.Folder, settled);
        return run.Db.Number($"SELECT count(*) FROM {Unproven}") == 0
            ? outcomes
            : $"""
                (SELECT o.* REPLACE (CASE WHEN u.kh IS NULL THEN o.contact_id END AS contact_id) FROM {outcomes} o LEFT JOIN {Unproven} u ON u.kh = o.kh
                    AND u.member_key = o.member_key AND u.contact_id = o.contact_id)
                """;

        // Who moves was read, and who leaves brings no id.
        async Task LookAsync()
        {
            if (part.Any(d => d.Outcomes is not null))
            {
                await AddAsync(
                    $"""
                    (SELECT kh, member_key, contact_id FROM {OutcomeFiles.Relation(run.Folder, part)}
                        WHERE operation NOT IN ('{ChangeAction.Move}', '{ChangeAction.MovedAway}', '{ChangeAction.Exit}'))
                    """,
                    ledger,
                    known: true,
                    cancellation);
            }

            part.Clear();
        }
    }

    /// <summary>
    /// The id to record of a contact that was found for a member: none where it has another address, and is not the contact that was asked for.
    /// </summary>
    /// <param name="contact">What was found.</param>
    /// <param name="memberKey">The member.</param>
    /// <param name="asked">The id that was asked for; null for none.</param>
    public static long? Of(Contact contact, string memberKey, long? asked) =>
        contact.Id == asked ? contact.Id : Of(contact.Id, contact.Email, memberKey);

    /// <summary>The id to record of a contact that an answer about a member shows: none where it has another address, however it is written.</summary>
    /// <param name="id">The contact's id; null where the answer shows none.</param>
    /// <param name="email">The contact's address; null where the answer shows none.</param>
    /// <param name="memberKey">The member.</param>
    public static long? Of(long? id, string? email, string memberKey) => email is null || MemberKey.Of(email) == memberKey ? id : null;
}
