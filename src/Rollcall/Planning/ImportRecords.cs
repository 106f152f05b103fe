using System.Text;
using Rollcall.Dotdigital;
using Rollcall.Jobs;

namespace Rollcall.Planning;

/// <summary>
/// Writes, in SQL, the JSON of one import record a member: it carries every list the member newly enters, or none when only fields changed.
/// Who is known goes by contact id alone, so that nobody's address is changed and nobody deleted is created again. The shape is
/// <c>contactRequest</c> of Dotdigital's contacts API 3.4, PUT /contacts/v3/import.
/// </summary>
internal sealed class ImportRecords(Job job)
{
    /// <summary>What precedes the records in a body.</summary>
    public byte[] Head { get; } = Encoding.UTF8.GetBytes($$"""{"mergeOption":"{{Word(job.MergeOption)}}","contacts":[""");

    /// <summary>What follows them.</summary>
    public byte[] Tail { get; } = "]}"u8.ToArray();

    /// <summary>Whether a first entry may cause an email: the job asks for a verified double opt-in.</summary>
    public bool FirstEntryMails => job.Config.OptInType == OptInType.VerifiedDouble;

    /// <summary>
    /// The pairs of member and book that records are made from: the changes, without held books, entries into closed books, and entries of people
    /// who opted out since. At most 100 lists a member: <paramref name="round"/>, from 0, says which hundred.
    /// </summary>
    /// <param name="changes">The relation of changes.</param>
    /// <param name="manyBooks">Whether a member may enter more than 100 books.</param>
    /// <param name="round">Which hundred of a member's lists.</param>
    /// <param name="singly">The condition, on a row <c>c</c> of the changes, of entries that are not imported but sent one by one.</param>
    public static string Pairs(string changes, bool manyBooks, int round, string singly)
    {
        var pairs = $"""
            (SELECT c.kh, c.member_key, c.book_no, b.book_id, c.action, c.audience, c.origin, c.code
            FROM {changes} c JOIN book b USING (book_no)
            LEFT JOIN late_opt_out l ON l.kh = c.kh AND l.member_key = c.member_key AND l.book_no = c.book_no
            LEFT JOIN under_way u ON u.kh = c.kh AND u.member_key = c.member_key
            WHERE c.action IN ('enter', 'update') AND (l.kh IS NULL OR c.action = 'update') AND u.kh IS NULL AND c.book_no NOT IN (SELECT book_no FROM held_book) AND NOT {singly}
              AND NOT (c.action = 'enter' AND c.book_no IN (SELECT book_no FROM closed_book)))
            """;
        return manyBooks
            ? $"(SELECT * EXCLUDE rank FROM (SELECT *, (row_number() OVER (PARTITION BY kh, member_key, action ORDER BY book_no) - 1) // {DotdigitalLimits.ListsPerRecord} AS rank FROM {pairs}) WHERE rank = {round} AND (action = 'enter' OR rank = 0))"
            : pairs;
    }

    /// <summary>The tables of what is left alone, read by <see cref="Pairs"/>: books a guard holds, books nobody enters, people who opted out since the comparison, people in imports and removals that Dotdigital has not finished (<c>UnderWay</c>) and those the run is not asked for (<see cref="Pilot.Code"/>).</summary>
    public const string CreateHolds = """
        CREATE OR REPLACE TABLE held_book(book_no USMALLINT);
        CREATE OR REPLACE TABLE closed_book(book_no USMALLINT);
        CREATE OR REPLACE TABLE under_way(kh UBIGINT, member_key VARCHAR, code VARCHAR);
        CREATE OR REPLACE TABLE late_opt_out(kh UBIGINT, member_key VARCHAR, book_no USMALLINT, status VARCHAR, status_of_account BOOLEAN, since BIGINT);
        """;

    /// <summary>One row a record: <c>kh, record</c>, in the order of kh.</summary>
    public string Records(string pairs, KeySlice slice, bool causesMail) => $"SELECT c.kh, {string.Join(" || ", Parts())} AS record FROM {Source(pairs, slice, causesMail)} ORDER BY c.kh";

    /// <summary>How many records there are, and their bytes with the commas between them.</summary>
    public string Measure(string pairs, KeySlice slice, bool causesMail) =>
        $"SELECT count(*), coalesce(sum(1 + {string.Join(" + ", Parts().Select(part => $"strlen({part})"))}), 0) FROM {Source(pairs, slice, causesMail)}";

    /// <summary>The manifest of the records between two key hashes: a row for each list entered, and one without a book where fields changed.</summary>
    public string Manifest(string pairs, ulong first, ulong last, bool causesMail) => $"""
        SELECT p.kh, p.member_key, CASE p.action WHEN 'enter' THEN p.book_id END AS book_id, p.action AS operation, c.email, c.profile_key, c.contact_id,
               p.origin, p.audience, c.fields_hash, p.code AS known_code
        FROM (SELECT kh, member_key, action, book_id, audience, origin, code FROM {pairs} WHERE action = 'enter' AND kh BETWEEN {first}::UBIGINT AND {last}::UBIGINT
              UNION ALL
              SELECT kh, member_key, action, NULL, any_value(audience), any_value(origin), max(code) FROM {pairs} WHERE action = 'update' AND kh BETWEEN {first}::UBIGINT AND {last}::UBIGINT GROUP BY kh, member_key, action) p
        JOIN changed c ON c.kh = p.kh AND c.member_key = p.member_key
        WHERE {Mails()} = {causesMail}
        """;

    // An aggregate that sorts (string_agg with ORDER BY) takes six times as long as a list sorted afterwards.
    private string Source(string pairs, KeySlice slice, bool causesMail) => $"""
        changed c JOIN (
            SELECT kh, member_key, array_to_string(list_sort(list(book_id) FILTER (action = 'enter')), ',') AS lists
            FROM {pairs} WHERE {slice.Where()} GROUP BY kh, member_key) p ON p.kh = c.kh AND p.member_key = c.member_key
        WHERE {slice.Where("c.kh")} AND {Mails()} = {causesMail}
        """;

    /// <summary>A record's text in parts, so that it can be measured without being put together.</summary>
    private IEnumerable<string> Parts() =>
    [
        $$"""
        CASE WHEN c.contact_id IS NULL
             THEN '{"matchIdentifier":"email","identifiers":{"email":' || to_json(c.email)::VARCHAR || '}{{ChannelProperties()}}'
             ELSE '{"matchIdentifier":"contactId","identifiers":{"contactId":' || c.contact_id || '}' END
        """,
        "CASE WHEN c.fields = '' THEN '' ELSE ',\"dataFields\":{' END", "c.fields", "CASE WHEN c.fields = '' THEN '' ELSE '}' END",
        "CASE WHEN p.lists IS NULL THEN '' ELSE ',\"lists\":[' || p.lists || ']' END",
        "'}'",
    ];

    /// <summary>What people chose is never overwritten: only someone whom neither the ledger nor the book knew gets the job's types.</summary>
    private string ChannelProperties()
    {
        List<string> members = [];
        if (job.Config.EmailType is { } emailType)
        {
            members.Add($"\"emailType\":\"{Camel(emailType.ToString())}\"");
        }

        if (job.Config.OptInType is { } optInType)
        {
            members.Add($"\"optInType\":\"{Camel(optInType.ToString())}\"");
        }

        return members.Count == 0 ? "" : $$$""","channelProperties":{"email":{{{{string.Join(',', members)}}}}}""";
    }

    private string Mails() => FirstEntryMails ? "(c.contact_id IS NULL)" : "false";

    private static string Word(MergeOption option) => Camel(option.ToString());

    private static string Camel(string word) => char.ToLowerInvariant(word[0]) + word[1..];
}
