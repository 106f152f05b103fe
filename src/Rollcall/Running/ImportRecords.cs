using System.Text;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Running;

/// <summary>
/// Writes, in SQL, the JSON of one import record a member: it carries every list the member newly enters, or none when only fields changed.
/// Who is known goes by contact id alone, so that nobody's address is changed and nobody deleted is created again. The shape is
/// <c>contactRequest</c> of Dotdigital's contacts API 3.4, PUT /contacts/v3/import.
/// </summary>
internal sealed class ImportRecords(Job job)
{
    /// <summary>Contacts that move to another address in one import: few, so that no read is old when its record is sent.</summary>
    public const int MovesAtOnce = 100;

    /// <summary>What precedes the records in a body.</summary>
    public byte[] Head { get; } = Encoding.UTF8.GetBytes($$"""{"mergeOption":"{{Word(job.MergeOption)}}","contacts":[""");

    /// <summary>What follows them.</summary>
    public byte[] Tail { get; } = "]}"u8.ToArray();

    /// <summary>Whether a first entry may cause an email: the job asks for a verified double opt-in.</summary>
    public bool FirstEntryMails => job.Config.OptInType == OptInType.VerifiedDouble;

    /// <summary>Whether the job brings people back who left the account.</summary>
    public bool Resubscribes => job.Config.BringsBack;

    /// <summary>Whether they are asked first. Both flags: they are asked.</summary>
    public bool Challenges => job.Config.Resubscribe;

    /// <summary>
    /// The lanes this job's records travel in: those that may cause an email go in imports of their own, so that one without an answer keeps
    /// nobody else waiting.
    /// </summary>
    public IEnumerable<ImportLane> Lanes =>
    [
        ImportLane.Plain,
        .. FirstEntryMails ? [ImportLane.FirstEntries] : Array.Empty<ImportLane>(),
        .. Resubscribes ? [ImportLane.Resubscriptions] : Array.Empty<ImportLane>(),
    ];

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
            WHERE c.action IN ('enter', 'update', 'resubscribe') AND (l.kh IS NULL OR c.action = 'update') AND u.kh IS NULL AND {Holds.NotHeld} AND NOT {singly}
              AND NOT (c.action IN ('enter', 'resubscribe') AND c.book_no IN (SELECT book_no FROM closed_book)))
            """;
        return manyBooks
            ? $"""
                (SELECT * EXCLUDE rank FROM (SELECT *, (row_number() OVER (PARTITION BY kh, member_key, action
                    ORDER BY book_no) - 1) // {DotdigitalLimits.ListsPerRecord} AS rank FROM {pairs}) WHERE rank = {round}
                    AND (action <> 'update' OR rank = 0))
                """
            : pairs;
    }

    /// <summary>One row a record: <c>kh, record</c>, in the order of kh.</summary>
    public string Records(string pairs, KeySlice slice, ImportLane lane) =>
        $"SELECT c.kh, {string.Join(" || ", Parts())} AS record FROM {Source(pairs, slice, lane)} ORDER BY c.kh";

    /// <summary>How many records there are, and their bytes with the commas between them.</summary>
    public string Measure(string pairs, KeySlice slice, ImportLane lane) =>
        $"SELECT count(*), coalesce(sum(1 + {string.Join(" + ", Parts().Select(part => $"strlen({part})"))}), 0) FROM {Source(pairs, slice, lane)}";

    /// <summary>The manifest of the records between two key hashes: a row for each list entered, and one without a book where fields changed.</summary>
    public string Manifest(string pairs, ulong first, ulong last, ImportLane lane)
    {
        var between = $"kh BETWEEN {first}::UBIGINT AND {last}::UBIGINT";
        var back = $"(SELECT kh, member_key, bool_or(action = 'resubscribe') AS back FROM {pairs} WHERE {between} GROUP BY 1, 2)";
        return $"""
            SELECT p.kh, p.member_key, CASE WHEN p.action <> 'update' THEN p.book_id END AS book_id, p.action AS operation, c.email, c.profile_key,
                   c.contact_id, p.origin, p.audience, c.fields_hash, p.code AS known_code
            FROM (SELECT kh, member_key, action, book_id, audience, origin, code FROM {pairs} WHERE action <> 'update' AND {between}
                  UNION ALL
                  SELECT kh, member_key, action, NULL, any_value(audience), any_value(origin), max(code) FROM {pairs}
                  WHERE action = 'update' AND {between} GROUP BY kh, member_key, action) p
            JOIN changed c ON c.kh = p.kh AND c.member_key = p.member_key
            {(Resubscribes ? $"JOIN {back} r ON r.kh = p.kh AND r.member_key = p.member_key" : "")}
            WHERE {In(lane, Resubscribes ? "r.back" : "false")}
            """;
    }

    // An aggregate that sorts (string_agg with ORDER BY) takes six times as long as a list sorted afterwards.
    private string Source(string pairs, KeySlice slice, ImportLane lane) => $"""
        changed c JOIN (
            SELECT kh, member_key, array_to_string(list_sort(list(book_id) FILTER (action <> 'update')), ',') AS lists, bool_or(action = 'resubscribe') AS back
            FROM {pairs} WHERE {slice.Where()} GROUP BY kh, member_key) p ON p.kh = c.kh AND p.member_key = c.member_key
        WHERE {slice.Where("c.kh")} AND {In(lane, "p.back")}
        """;

    /// <summary>A record's text in parts, so that it can be measured without being put together.</summary>
    private IEnumerable<string> Parts() =>
    [
        $$"""
        CASE WHEN c.contact_id IS NULL
             THEN '{"matchIdentifier":"email","identifiers":{"email":' || to_json(c.email)::VARCHAR || '}'
                  || CASE WHEN p.back THEN '' ELSE '{{ChannelProperties()}}' END
             ELSE '{"matchIdentifier":"contactId","identifiers":{"contactId":' || c.contact_id || '}' END
        """,
        $"CASE WHEN p.back THEN {SqlText.Literal(Back())} ELSE '' END",
        "CASE WHEN c.fields = '' THEN '' ELSE ',\"dataFields\":{' END", "c.fields", "CASE WHEN c.fields = '' THEN '' ELSE '}' END",
        "CASE WHEN p.lists IS NULL THEN '' ELSE ',\"lists\":[' || p.lists || ']' END",
        "'}'",
    ];

    /// <summary>What people chose is never overwritten: only someone known neither to the ledger nor in the book gets the job's types.</summary>
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

    /// <summary>"subscribed" brings people back; left out, <c>resubscribeWithNoChallenge</c> would be true.</summary>
    private string Back() =>
        ",\"channelProperties\":{\"email\":{\"status\":\"subscribed\",\"resubscribeOptions\":{\"resubscribeWithNoChallenge\":"
            + (Challenges ? "false" : "true") + "}}}";

    private string In(ImportLane lane, string back) => lane switch
    {
        ImportLane.Resubscriptions => back,
        ImportLane.FirstEntries => $"NOT {back} AND {First()}",
        _ => $"NOT {back} AND NOT {First()}",
    };

    private string First() => FirstEntryMails ? "(c.contact_id IS NULL)" : "false";

    private static string Word(MergeOption option) => Camel(option.ToString());

    private static string Camel(string word) => char.ToLowerInvariant(word[0]) + word[1..];
}

/// <summary>What records travel together in one import.</summary>
internal enum ImportLane
{
    /// <summary>Records that cause no email.</summary>
    Plain,

    /// <summary>First entries with an opt-in type that makes Dotdigital ask for confirmation.</summary>
    FirstEntries,

    /// <summary>People who left the account and are asked back, or brought back.</summary>
    Resubscriptions,
}
