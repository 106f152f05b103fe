using System.Globalization;
using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Delivering;

/// <summary>
/// Keeps many deletions at once from being believed: more people of a book than <c>max_deleted_percent</c>, and more than ten, keep their state until the
/// user allows it. One fault at Dotdigital must not make an account's members count as deleted.
/// </summary>
internal sealed class DeletedGuard(RunContext run)
{
    /// <summary>The guard's name.</summary>
    public const string Name = "deleted";

    /// <summary>Its reason.</summary>
    public const string DeletedReason = "Deleted at Dotdigital; not created again.";

    /// <summary>The reason where too many had to be looked up.</summary>
    public const string NotLookedUp =
        "Dotdigital does not know the contact id. So many were refused that not all could be looked up; the next run looks again.";

    /// <summary>Deletions of a book that no percentage holds back.</summary>
    public const int Few = 10;

    private const string HeldReason = "Dotdigital shows no such contact, and so many at once that nobody is taken for deleted; nothing was changed.";

    private readonly Dictionary<long, long> _found = [];

    /// <summary>Judges the outcomes of a delivery, in a file of the data folder; gives them with deletions held back, or null where nothing is held.</summary>
    public string? Judge(string outcomes)
    {
        if (run.Job.Guards.MaxDeletedPercent is not { } percent || run.Allow.Contains(Name)
            || run.Db.Number($"SELECT count(*) FROM {outcomes} WHERE code = '{ReasonCode.DeletedAtDotdigital}'") == 0)
        {
            return null;
        }

        var ledger = run.LedgerRelation;
        run.Db.Execute($"""
            CREATE OR REPLACE TABLE deletion AS SELECT DISTINCT kh, member_key FROM {outcomes}
            WHERE code IN ('{ReasonCode.DeletedAtDotdigital}', '{ReasonCode.PerhapsDeleted}');
            CREATE OR REPLACE TABLE deletion_in AS
            SELECT k.book_id, k.kh, k.member_key FROM {ledger} k JOIN deletion d ON d.kh = k.kh AND d.member_key = k.member_key
            WHERE k.state IN ('delivered', 'pending')
            UNION
            SELECT book_id, kh, member_key FROM {outcomes} WHERE code IN ('{ReasonCode.DeletedAtDotdigital}', '{ReasonCode.PerhapsDeleted}')
                AND book_id IS NOT NULL;
            """);
        List<long> held = [];
        foreach (var (book, people) in run.Db.Query("SELECT book_id, count(*) FROM deletion_in GROUP BY 1 ORDER BY 1", r => (r.GetInt64(0), r.GetInt64(1))))
        {
            var members = run.Db.Number($"SELECT count(*) FROM {ledger} WHERE book_id = {book} AND state = 'delivered'");
            _found[book] = _found.GetValueOrDefault(book) + people;
            if (_found[book] > Few && _found[book] * 100.0 > percent * members)
            {
                held.Add(book);
                Hold(book, string.Create(CultureInfo.InvariantCulture, $"{percent:0.##} % of {Counted.Of(members, "member")}"), _found[book]);
            }
        }

        return held.Count == 0 ? null : $"""
            SELECT o.* REPLACE (
                CASE WHEN h.kh IS NULL THEN state WHEN operation = 'enter' THEN 'failed' END AS state,
                CASE WHEN h.kh IS NULL THEN outcome ELSE 'Failed' END AS outcome,
                CASE WHEN h.kh IS NULL THEN code ELSE '{ReasonCode.PerhapsDeleted}' END AS code,
                CASE WHEN h.kh IS NULL THEN reason ELSE '{HeldReason}' END AS reason,
                CASE WHEN h.kh IS NULL THEN account_status END AS account_status,
                CASE WHEN h.kh IS NULL THEN book_status END AS book_status)
            FROM {outcomes} o
            LEFT JOIN (SELECT DISTINCT kh, member_key FROM deletion_in WHERE book_id IN ({string.Join(", ", held)})) h
              ON h.kh = o.kh AND h.member_key = o.member_key AND o.code IN ('{ReasonCode.DeletedAtDotdigital}', '{ReasonCode.PerhapsDeleted}')
            """;
    }

    private void Hold(long book, string limit, long people)
    {
        run.HeldEarly.RemoveAll(h => h.Guard == Name && h.AddressBookId == book);
        run.HeldEarly.Add(new GuardHeld(Name, null, book, limit, people));
        var name = run.Books.Find(b => b.Id == book)?.Name ?? book.ToString(CultureInfo.InvariantCulture);
        run.Report(Findings.DeletionsHeld(people, name));
    }
}
