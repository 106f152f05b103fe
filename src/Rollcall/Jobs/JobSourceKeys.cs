namespace Rollcall.Jobs;

/// <summary>The keys under <c>source</c>.</summary>
internal static class JobSourceKeys
{
    /// <summary>Names of column types.</summary>
    public static string[] ColumnTypes { get; } = ["text", "integer", "decimal", "date", "timestamp", "boolean"];

    private static JobKey[] LyticsAccess { get; } =
    [
        new("token", new TextShape { Secret = true, Pattern = @"[\x21-\x7e]+", Says = "a token" },
            "The API token. `${NAME}` keeps it out of the file. It goes to `url` alone.") { Required = true },
        new("url", new TextShape { Pattern = "[Hh][Tt][Tt][Pp][Ss]?://.+", Says = "a URL such as https://api.lytics.io" },
            "The API's address: https, or http on this machine for the simulator.") { Default = "https://api.lytics.io" },
        new("account_id", new TextShape(), "The Lytics account, for a token that knows several. Left out, it is the token's own."),
    ];

    private static GroupShape Lytics { get; } = new("a group of keys with token", LyticsAccess)
    {
        Example = """
            source:
              lytics: {token: "${LYTICS_TOKEN}"}
            """,
    };

    /// <summary>A stream of Lytics.</summary>
    public static GroupShape LyticsStream { get; } = new(
        "a group of keys with token",
        [
            .. LyticsAccess,
            new("stream", new TextShape { Pattern = "[A-Za-z0-9_.-]+", Says = "a name of letters, digits, -, _ and dots" },
                "The stream that events go to.") { Default = "dotmailer_export_status" },
        ])
    {
        Example = """
            status_sink:
              lytics: {token: "${LYTICS_TOKEN}"}
            """,
    };

    private static GroupShape File { get; } = new(
        "a group of keys with path",
        new("path", new TextShape(),
            "A path or glob, relative to the job file. Its name says the kind: csv, tsv, txt, json, jsonl, ndjson, each maybe gzipped (`.gz`), or parquet.")
            { Required = true },
        new("types", new MapShape(new ChoiceShape(ColumnTypes), "column", "a group of column: type"),
            "Types of columns of a csv, tsv or txt file. Columns not named here are text, so `00123` stays `00123`."),
        new("delimiter", new TextShape { Pattern = @"[^\r\n""]", Says = "a single character", MayBeBlank = true },
            "The delimiter of a csv, tsv or txt file: one character, in double quotes (`\";\"`, `\"|\"`, `\"\\t\"`). A txt file needs it.")
            { Default = "comma for csv, tab for tsv" },
        new("encoding", new TextShape(),
            "The encoding of a csv, tsv or txt file, such as `utf-8`, `windows-1252`, `iso-8859-1` or `utf-16`.") { Default = "utf-8" })
    {
        Example = """
            source:
              tables:
                files:
                  people: {path: "export/people-*.csv.gz", delimiter: ";", types: {total: decimal, joined: date}}
                  orders: export/orders.parquet
                audiences:
                  buyers: SELECT p.* FROM people p WHERE p.id IN (SELECT person_id FROM orders)
            """,
    };

    private static GroupShape Audience { get; } = new(
        "a group of keys with from and where",
        new("from", new TextShape(), "A table or view of the database, or a key of `files`.") { Required = true },
        new("where", new TextShape { MayHaveMargins = true }, "An SQL condition. All rows when left out."));

    private static TextShape Select { get; } = new() { Says = "a SELECT (or WITH ... SELECT)", MayHaveMargins = true };

    private static GroupShape Tables { get; } = new(
        "a group of keys with database or files, and audiences",
        new("database", new TextShape { Secret = true }, "A SQLite file, or a `postgres://` or `mysql://` URL. The audiences' SQL runs in it."),
        new("files", new MapShape(new EitherShape(new TextShape(), File), "table", "a group of table: file"),
            "Files, each a table that the audiences' SQL (DuckDB's) may join: a path or glob, or a group of keys with more about it."),
        new("audiences", new MapShape(new EitherShape(Select, Audience), "audience", "a group of audience: query"),
            "Each audience's id and its query: one SELECT with a column a field, or `from` and `where`.") { Required = true },
        new("recommendations", new MapShape(new EitherShape(Select, Audience), "collection", "a group of collection: query"),
            "Recommendations for `config.collection_id`, by the collection's id: one SELECT with a row a person and recommendation, or `from` and `where`. "
            + "Columns: `email`, `rank` (a number, the least first), and the recommendation's fields, such as `title` and `url`."),
        new("timeout", new TextShape { Pattern = "[1-9][0-9]{0,3}[smhd]", Says = "a time such as 1h, 30m or 90s" },
            "The longest that one query may take. One that takes longer is ended, and the run with it.") { Default = "1h" })
    {
        OneOf = ["database", "files"],
        Example = """
            source:
              tables:
                database: postgres://reader:${PGPASSWORD}@localhost:5432/shop
                audiences:
                  big_spenders: SELECT email, first_name, total FROM customers WHERE total > 500
                  brazil: {from: customers, where: "country = 'Brazil'"}
            """,
    };

    /// <summary>The group under <c>source</c>.</summary>
    public static GroupShape Source { get; } = new(
        "a group of keys with tables or lytics",
        new("tables", Tables, "Audiences in the tables of a database, or in files."),
        new("lytics", Lytics, "Audiences in Lytics: `config.segment_ids` are their ids or slugs, fields are user fields."))
    {
        OneOf = ["tables", "lytics"],
    };
}
