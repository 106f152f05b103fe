namespace Rollcall.EndToEnd.Tests.Chinook;

/// <summary>The shop's three overlapping audiences, as a job file asks for them and as the test itself counts them.</summary>
internal static class ChinookShop
{
    /// <summary>The book of <c>north_america</c>, there before the job.</summary>
    public const long NorthAmerica = 1001;

    /// <summary>The book of <c>jazz_lovers</c>, there before the job.</summary>
    public const long JazzLovers = 1002;

    /// <summary>The name of the book of <c>big_spenders</c>, which the first run creates.</summary>
    public const string BigSpenders = "Big spenders";

    /// <summary>The account before the job.</summary>
    public const string Seed = """
        {
          "books": [{"id": 1001, "name": "North America"}, {"id": 1002, "name": "Jazz lovers"}, {"id": 1003, "name": "Of no concern"}],
          "dataFields": [{"name": "CITY"}, {"name": "LIFETIME_SPEND", "type": "Numeric"}],
          "contacts": [{"email": "somebody.else@example.com", "books": {"1001": "Subscribed", "1003": "Subscribed"}}]
        }
        """;

    /// <summary>The people who were in the books before the job, and stay.</summary>
    public const string SomebodyElse = "somebody.else@example.com";

    // Columns and functions that every one of the databases has.
    private const string Members = """
        SELECT c.CustomerId AS customer_id, c.Email AS email, c.FirstName AS first_name, c.City AS city, s.spend AS spend
        FROM Customer c
        JOIN (SELECT CustomerId, ROUND(SUM(Total), 2) AS spend FROM Invoice GROUP BY CustomerId) s ON s.CustomerId = c.CustomerId
        """;

    private static readonly (string Id, string Condition)[] Audiences =
    [
        ("north_america", "c.Country IN ('USA', 'Canada')"),
        ("big_spenders", "s.spend > 40"),
        ("jazz_lovers", """
            c.CustomerId IN (
              SELECT i.CustomerId FROM Invoice i
              JOIN InvoiceLine l ON l.InvoiceId = i.InvoiceId
              JOIN Track t ON t.TrackId = l.TrackId
              JOIN Genre g ON g.GenreId = t.GenreId
              WHERE g.Name = 'Jazz')
            """),
    ];

    /// <summary>The job file.</summary>
    public static string Job(IEnumerable<string> sourceLines, string endpoint) => $$"""
        label: Chinook audiences to Dotdigital
        tag: chinook
        authorization: {username: demo, password: "${DOTDIGITAL_PASSWORD}", endpoint: "{{endpoint}}"}
        source:
          tables:
        {{Indented(4, sourceLines)}}
            audiences:
        {{Indented(6, Audiences.SelectMany(audience => Query(audience.Condition).Split('\n').Select(line => "  " + line).Prepend(audience.Id + ": >-")))}}
        config:
          segment_ids: [{{string.Join(", ", Audiences.Select(audience => audience.Id))}}]
          seg_mappings:
            - north_america: "{{NorthAmerica}}"
            - big_spenders: {name: {{BigSpenders}}, create: true, visibility: Private}
            - jazz_lovers: "{{JazzLovers}}"
          mappings: [{first_name: FIRSTNAME}, {city: CITY}, {spend: LIFETIME_SPEND}]
          email_field: email
          key_field: customer_id
          exit_action: remove
          sync_status: true
        status_sink: {file: status.jsonl}

        """;

    /// <summary>The expected members and values, according to the test's own reading of the database.</summary>
    public static Dictionary<string, Dictionary<string, string>> Roll(ChinookDatabase database) =>
        Audiences.ToDictionary(
            audience => audience.Id,
            audience =>
                database.Rows(Query(audience.Condition))
                .ToDictionary(row => (string)row[1]!, row => FormattableString.Invariant($"{row[2]}|{row[3]}|{row[4]}")));

    private static string Query(string condition) => $"{Members}\nWHERE {condition}";

    private static string Indented(int spaces, IEnumerable<string> lines) => string.Join('\n', lines.Select(line => new string(' ', spaces) + line));
}
