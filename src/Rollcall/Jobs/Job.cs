using Rollcall.Model;

namespace Rollcall.Jobs;

/// <summary>A job file, read and valid: what to export where. Paths in it are absolute.</summary>
public sealed record Job
{
    /// <summary>The job's identity in its data folder: Lytics' work tracking slug.</summary>
    public required string Tag { get; init; }

    /// <summary>A name for people; the tag when the file has none.</summary>
    public required string Label { get; init; }

    /// <summary>What the job is for.</summary>
    public string? Description { get; init; }

    /// <summary>The job file's absolute path.</summary>
    public required string Path { get; init; }

    /// <summary>The credentials of the Dotdigital account.</summary>
    public required JobAuthorization Authorization { get; init; }

    /// <summary>Where the audiences are.</summary>
    public required SourceOptions Source { get; init; }

    /// <summary>What goes where.</summary>
    public required ExportConfig Config { get; init; }

    /// <summary>Whether a platform is asked for recommendations: those in tables are read with the audiences.</summary>
    internal bool AsksForRecommendations => Config.CollectionId is not null && Source is not TablesSourceOptions;

    /// <summary>Whether everybody is looked up before they are added singly: v2 has no merge option, so values are left out where the contact exists.</summary>
    internal bool LooksUpEveryone => this is { DirectApi: DirectApi.V2, MergeOption: MergeOption.OverwriteIfEmpty };

    /// <summary>When the job runs by itself; null when only by hand.</summary>
    public ScheduleOptions? Schedule { get; init; }

    /// <summary>Where status events go; null when nowhere.</summary>
    public StatusSinkOptions? StatusSink { get; init; }

    /// <summary>What holds a run back.</summary>
    public GuardOptions Guards { get; init; } = new();

    /// <summary>How much of the account's API budget this job may take: above 0, at most 1.</summary>
    public double BudgetShare { get; init; } = 1.0;

    /// <summary>What an empty value does to a data field.</summary>
    public OnMissingField OnMissingField { get; init; } = OnMissingField.Keep;

    /// <summary>What Dotdigital does with a value it already has.</summary>
    public MergeOption MergeOption { get; init; } = MergeOption.Overwrite;

    /// <summary>Whether data fields that the account lacks are created.</summary>
    public bool CreateMissingFields { get; init; }

    /// <summary>Which API adds single contacts.</summary>
    public DirectApi DirectApi { get; init; } = DirectApi.V2;

    /// <summary>Whether the first run's members fire join actions too.</summary>
    public bool JoinExisting { get; init; } = true;

    /// <summary>Whether people who opted out while members may be resubscribed.</summary>
    public bool ResubscribeMembers { get; init; }

    /// <summary>Whether exits also act on people who were in the book before the job.</summary>
    public bool ExitExisting { get; init; }

    /// <summary>Whether someone deleted at Dotdigital may be created again.</summary>
    public bool RecreateDeleted { get; init; }

    /// <summary>What happens to someone another hand took out of a book.</summary>
    public OnForeignRemoval OnForeignRemoval { get; init; } = OnForeignRemoval.Leave;

    /// <summary>What happens to insight records when their person exits.</summary>
    public InsightOnExit InsightOnExit { get; init; } = InsightOnExit.Keep;

    /// <summary>Whether people entered are read back.</summary>
    public Verify Verify { get; init; } = Verify.Auto;

    /// <summary>How often a run compares the ledger with the books; null for never.</summary>
    public TimeSpan? VerifyEvery { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long people are looked at again after a write whose end is not known.</summary>
    public TimeSpan WatchFor { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Warnings found while reading the file.</summary>
    public IReadOnlyList<Problem> Warnings { get; init; } = [];

    /// <summary>Where keys stand in the file, for problems found later: a key path such as <c>config.mappings[0].first_name</c> to <c>job.yaml:12:5</c>.</summary>
    public IReadOnlyDictionary<string, string> Positions { get; init; } = new Dictionary<string, string>();

    /// <summary>Where a key stands: <c>job.yaml:12:5 key</c>, or the nearest parent that is in the file.</summary>
    public string Where(string key)
    {
        for (var parent = key; parent.Length > 0; parent = parent[..Math.Max(0, parent.LastIndexOfAny(['.', '[']))])
        {
            if (Positions.TryGetValue(parent, out var position))
            {
                return $"{position} {key}";
            }
        }

        return $"{System.IO.Path.GetFileName(Path)} {key}";
    }
}

/// <summary>Either the name of a stored authorization, or credentials in the job file.</summary>
/// <param name="Name">The stored authorization's name; null when the credentials stand in the file.</param>
/// <param name="Credentials">The credentials; null when they are stored.</param>
public sealed record JobAuthorization(string? Name, Credentials? Credentials);

/// <summary>A Dotdigital API user.</summary>
/// <param name="Username">The API user's name.</param>
/// <param name="Password">Its password; never printed.</param>
/// <param name="Endpoint">The account's endpoint, or null to ask Dotdigital's region 1 for it.</param>
public sealed record Credentials(string Username, string Password, Uri? Endpoint)
{
    /// <summary>Its password; masked wherever it would be shown.</summary>
    public string Password { get; init; } = Kept(Username, Password);

    /// <summary>Without the password.</summary>
    public override string ToString() => $"{Username} at {Endpoint?.ToString() ?? "the account's own region"}";

    private static string Kept(string username, string password)
    {
        // As it is sent: Basic authentication, RFC 7617.
        Secrets.Keep(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{username}:{password}")));
        return Secrets.Keep(password);
    }
}

/// <summary>Where the audiences are; one of the kinds.</summary>
public abstract record SourceOptions;

/// <summary>Audiences in tables: a database, or files.</summary>
public sealed record TablesSourceOptions : SourceOptions
{
    /// <summary>A SQLite file's absolute path, or a <c>postgres://</c> or <c>mysql://</c> URL; null with <see cref="Files"/>. May hold a password: never print it, print <see cref="DatabaseName"/>.</summary>
    public string? Database { get; init; }

    /// <summary>The database without its password, for messages.</summary>
    public string? DatabaseName { get; init; }

    /// <summary>The files, each a table by its key, in the file's order.</summary>
    public IReadOnlyDictionary<string, FileTable> Files { get; init; } = new Dictionary<string, FileTable>();

    /// <summary>Each audience's query, by its id, in the file's order.</summary>
    public required IReadOnlyDictionary<string, AudienceQuery> Audiences { get; init; }

    /// <summary>Each collection's query of recommendations, by its id: a row a person and recommendation, with <c>email</c>, <c>rank</c> and its fields.</summary>
    public IReadOnlyDictionary<string, AudienceQuery> Recommendations { get; init; } = new Dictionary<string, AudienceQuery>();

    /// <summary>The longest that one query may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Without the password that <see cref="Database"/> may hold.</summary>
    public override string ToString() => DatabaseName ?? string.Join(", ", Files.Keys);
}

/// <summary>How a Lytics account is reached.</summary>
/// <param name="Token">The API token; never printed, and sent to no other host than <paramref name="Url"/>.</param>
/// <param name="Url">The API's address: https, or this machine.</param>
/// <param name="AccountId">The account, for a token that knows several; null for the token's own.</param>
public sealed record LyticsAccess(string Token, Uri Url, string? AccountId)
{
    /// <summary>The API token; masked wherever it would be shown.</summary>
    public string Token { get; init; } = Secrets.Keep(Token);

    /// <summary>Without the token.</summary>
    public override string ToString() => $"Lytics at {Url.Authority}";
}

/// <summary>Audiences in Lytics.</summary>
/// <param name="Access">The account.</param>
public sealed record LyticsSourceOptions(LyticsAccess Access) : SourceOptions
{
    /// <summary>Without the token.</summary>
    public override string ToString() => Access.ToString();
}

/// <summary>A file, or a glob of files of one kind, as a table.</summary>
/// <param name="Path">Absolute path or glob. The kind follows from the name: csv, tsv, txt, json, jsonl, ndjson, parquet, each maybe with <c>.gz</c>.</param>
/// <param name="Types">Column to type, for CSV: <c>text, integer, decimal, date, timestamp, boolean</c>; columns not named are text.</param>
/// <param name="Delimiter">The delimiter of a CSV file; null for the kind's own (comma, tab), and for <c>txt</c> required.</param>
/// <param name="Encoding">The encoding of a CSV file; null for UTF-8.</param>
public sealed record FileTable(string Path, IReadOnlyDictionary<string, string> Types, string? Delimiter, string? Encoding);

/// <summary>How an audience is read: a SELECT, or a table with a condition. Either <see cref="Sql"/> or <see cref="From"/> is set.</summary>
/// <param name="Sql">One SELECT.</param>
/// <param name="From">A table of the database, or a key of the files.</param>
/// <param name="Condition">A SQL condition on it; null for all rows.</param>
public sealed record AudienceQuery(string? Sql, string? From, string? Condition);

/// <summary>Lytics' own keys of the job, and <c>key_field</c>.</summary>
public sealed record ExportConfig
{
    /// <summary>Audiences of one job at most: each is a bit of a 128-bit number.</summary>
    internal const int MostAudiences = 128;

    /// <summary>The audiences to export, in order: the first that has a member gives the member's values.</summary>
    public required IReadOnlyList<string> SegmentIds { get; init; }

    /// <summary>Which audience goes to which book; an audience or a book may stand in several.</summary>
    public required IReadOnlyList<SegmentMapping> SegMappings { get; init; }

    /// <summary>Which field goes to which data field.</summary>
    public IReadOnlyList<FieldMapping> Mappings { get; init; } = [];

    /// <summary>The fields a job needs of every audience.</summary>
    public IReadOnlyList<string> Fields => [.. ScalarFields.Union(InsightFields, StringComparer.Ordinal)];

    /// <summary>Of <see cref="Fields"/>, those that must hold one value; <see cref="IdField"/> may be a map.</summary>
    public IReadOnlyList<string> ScalarFields =>
        [.. new[] { EmailField, KeyField, IdField }.OfType<string>().Concat(Mappings.Select(mapping => mapping.Field)).Distinct(StringComparer.Ordinal)];

    /// <summary>The data fields a job fills.</summary>
    public IEnumerable<string> DataFields => Mappings.Concat(RecommenderMappings).Select(mapping => mapping.DataField);

    /// <summary>The field with the email address.</summary>
    public required string EmailField { get; init; }

    /// <summary>The field with the contact's Dotdigital id; null when there is none.</summary>
    public string? IdField { get; init; }

    /// <summary>The field with the profile's own stable id; null when there is none.</summary>
    public string? KeyField { get; init; }

    /// <summary>The email type of people who first enter; null to leave it to Dotdigital.</summary>
    public EmailType? EmailType { get; init; }

    /// <summary>The opt-in type of people who first enter; null to leave it to Dotdigital.</summary>
    public OptInType? OptInType { get; init; }

    /// <summary>What happens to a member who leaves.</summary>
    public ExitAction ExitAction { get; init; } = ExitAction.Ignore;

    /// <summary>One pass, then no more.</summary>
    public bool BackfillOnly { get; init; }

    /// <summary>The fields (user fields) whose change updates a member, at most 75; empty for all mapped ones.</summary>
    public IReadOnlyList<string> FieldChanges { get; init; } = [];

    /// <summary>Add people one by one, so that join actions fire.</summary>
    public bool TriggerJoin { get; init; }

    /// <summary>Resubscribe people who unsubscribed, with a challenge email.</summary>
    public bool Resubscribe { get; init; }

    /// <summary>Resubscribe people who unsubscribed, without one.</summary>
    public bool ResubscribeNoChallenge { get; init; }

    /// <summary>Whether people who unsubscribed are resubscribed at all.</summary>
    public bool BringsBack => Resubscribe || ResubscribeNoChallenge;

    /// <summary>Send status events to the status sink.</summary>
    public bool SyncStatus { get; init; }

    /// <summary>Content collection for recommendations.</summary>
    public string? CollectionId { get; init; }

    /// <summary>Recommendation field to data field: <c>title</c> is the first recommendation's, <c>2.title</c> the second's.</summary>
    public IReadOnlyList<FieldMapping> RecommenderMappings { get; init; } = [];

    /// <summary>User fields for the insight collection of fields.</summary>
    public IReadOnlyList<string> InsightFields { get; init; } = [];

    /// <summary>Recommendations into an insight collection.</summary>
    public bool InsightRecommendations { get; init; }
}

/// <summary>One audience to one book.</summary>
/// <param name="SegmentId">The audience's id.</param>
/// <param name="Book">The book.</param>
public sealed record SegmentMapping(string SegmentId, BookTarget Book);

/// <summary>A book, by id or by name.</summary>
/// <param name="Id">Its id; null when it is named.</param>
/// <param name="Name">Its name; null when it goes by its id.</param>
/// <param name="Create">Whether it is created where the account has none of that name.</param>
/// <param name="Visibility">Its visibility when it is created.</param>
public sealed record BookTarget(long? Id, string? Name, bool Create = false, BookVisibility Visibility = BookVisibility.Private)
{
    /// <summary>The id or the quoted name.</summary>
    public override string ToString() => Id is { } id ? id.ToString(System.Globalization.CultureInfo.InvariantCulture) : $"\"{Name}\"";
}

/// <summary>One field to one data field.</summary>
/// <param name="Field">The user field: a column of the audience.</param>
/// <param name="DataField">The data field at Dotdigital.</param>
public sealed record FieldMapping(string Field, string DataField);

/// <summary>When a job runs by itself. Read and validated here; a scheduler acts on it.</summary>
/// <param name="Cron">A cron expression of five fields; null otherwise.</param>
/// <param name="Continuous">Runs again as soon as the last run ended.</param>
/// <param name="At">One time; null otherwise.</param>
/// <param name="Timezone">An IANA time zone; UTC when left out.</param>
/// <param name="Quiet">Hours in which nothing is delivered; null for none.</param>
public sealed record ScheduleOptions(string? Cron, bool Continuous, DateTimeOffset? At, string Timezone, QuietHours? Quiet)
{
    /// <summary>When the quiet hours end that a moment is in; null outside of them.</summary>
    public DateTimeOffset? QuietUntil(DateTimeOffset now) =>
        Quiet is { } quiet && TimeZoneInfo.TryFindSystemTimeZoneById(Timezone, out var zone) ? quiet.Until(now, zone) : null;
}

/// <summary>Hours in which nothing is delivered.</summary>
/// <param name="From">The time of day they begin.</param>
/// <param name="Hours">How long: above 0, below 24.</param>
public sealed record QuietHours(TimeOnly From, double Hours)
{
    /// <summary>When they end, in the zone's time, if a moment is in them; null outside of them.</summary>
    internal DateTimeOffset? Until(DateTimeOffset now, TimeZoneInfo zone)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        foreach (var day in new[] { today, today.AddDays(-1) })
        {
            var begin = day.ToDateTime(From);
            var began = new DateTimeOffset(begin, zone.GetUtcOffset(begin));
            if (began <= now && now < began.AddHours(Hours))
            {
                return TimeZoneInfo.ConvertTime(began.AddHours(Hours), zone);
            }
        }

        return null;
    }
}

/// <summary>Where status events go; one of the kinds.</summary>
public abstract record StatusSinkOptions;

/// <summary>Status events as JSON lines, one file a run.</summary>
/// <param name="Path">Absolute path, such as <c>/data/status.jsonl</c>, which becomes <c>status-RUN.jsonl</c> beside it.</param>
public sealed record FileSinkOptions(string Path) : StatusSinkOptions;

/// <summary>Status events as rows of a PostgreSQL table.</summary>
/// <param name="Url">The database; may hold a password, never print it.</param>
/// <param name="Table">The table, maybe with a schema.</param>
public sealed record PostgresSinkOptions(string Url, string Table) : StatusSinkOptions
{
    /// <summary>Without the URL, which may hold a password.</summary>
    public override string ToString() => $"PostgreSQL table {Table}";
}

/// <summary>Status events into a stream of Lytics.</summary>
/// <param name="Access">The account.</param>
/// <param name="Stream">The stream's name.</param>
public sealed record LyticsSinkOptions(LyticsAccess Access, string Stream) : StatusSinkOptions
{
    /// <summary>Without the token.</summary>
    public override string ToString() => $"the stream {Stream} of {Access}";
}

/// <summary>Status events as fields of profiles in a Parquet file, which audiences over files can join.</summary>
/// <param name="Path">Absolute path of the file; made when needed.</param>
public sealed record ProfilesSinkOptions(string Path) : StatusSinkOptions;

/// <summary>What holds changes back.</summary>
public sealed record GuardOptions
{
    /// <summary>Most exits of a book, as percent of our delivered members in it; null for none. Never applies to 10 exits or fewer.</summary>
    public double? MaxExitPercent { get; init; } = 20;

    /// <summary>Most members entering a book; null for none.</summary>
    public long? MaxEnter { get; init; }

    /// <summary>Most emails a run may cause; null for none.</summary>
    public long? MaxMails { get; init; } = 1000;

    /// <summary>Most moved addresses of a run; null for none.</summary>
    public long? MaxMoves { get; init; } = 100;

    /// <summary>Most rows of an audience, in percent, that are rejected or have no usable address; null for any.</summary>
    public double? MaxRejectPercent { get; init; } = 50;

    /// <summary>Most of our people in a book, in percent, who may be gone from it at once; null for any.</summary>
    public double? MaxMissingPercent { get; init; } = 20;

    /// <summary>Most of our people in a book, in percent, who may be found deleted at Dotdigital at once; null for any. Never applies to 10 people or fewer.</summary>
    public double? MaxDeletedPercent { get; init; } = 1;

    /// <summary>What an audience that had members and has none now does.</summary>
    public EmptyAudience EmptyAudience { get; init; } = EmptyAudience.Stop;
}

/// <summary>What an empty value does to a data field.</summary>
public enum OnMissingField
{
    /// <summary>Leaves the data field as it is.</summary>
    Keep,

    /// <summary>Clears it.</summary>
    Clear,
}

/// <summary>Dotdigital's merge option of an import.</summary>
public enum MergeOption
{
    /// <summary>The value sent wins.</summary>
    Overwrite,

    /// <summary>The value sent wins unless it is empty.</summary>
    OverwriteIfNotEmpty,

    /// <summary>The value sent wins where Dotdigital has none.</summary>
    OverwriteIfEmpty,
}

/// <summary>Which API adds single contacts.</summary>
public enum DirectApi
{
    /// <summary>The documented one.</summary>
    V2,

    /// <summary>The newer one.</summary>
    V3,
}

/// <summary>What happens to someone another hand took out of a book.</summary>
public enum OnForeignRemoval
{
    /// <summary>They stay out.</summary>
    Leave,

    /// <summary>They are put back.</summary>
    Restore,
}

/// <summary>What happens to insight records when their person exits.</summary>
public enum InsightOnExit
{
    /// <summary>They stay.</summary>
    Keep,

    /// <summary>They are removed.</summary>
    Remove,
}

/// <summary>Whether people entered are read back.</summary>
public enum Verify
{
    /// <summary>Where it costs at most 50 calls.</summary>
    Auto,

    /// <summary>Always.</summary>
    Full,

    /// <summary>Never.</summary>
    Off,
}

/// <summary>What an audience that had members and has none now does.</summary>
public enum EmptyAudience
{
    /// <summary>Its books are left as they are.</summary>
    Stop,

    /// <summary>Its members leave.</summary>
    Allow,
}

/// <summary>Email type of a contact.</summary>
public enum EmailType
{
    /// <summary>HTML.</summary>
    Html,

    /// <summary>Plain text.</summary>
    PlainText,
}

/// <summary>How a contact opted in.</summary>
public enum OptInType
{
    /// <summary>Unknown.</summary>
    Unknown,

    /// <summary>Single.</summary>
    Single,

    /// <summary>Double.</summary>
    Double,

    /// <summary>Verified double: Dotdigital sends an email.</summary>
    VerifiedDouble,
}

/// <summary>What happens to a member who leaves.</summary>
public enum ExitAction
{
    /// <summary>Nothing.</summary>
    Ignore,

    /// <summary>They are unsubscribed from the book.</summary>
    Unsubscribe,

    /// <summary>They are removed from the book.</summary>
    Remove,
}

/// <summary>Who sees an address book.</summary>
public enum BookVisibility
{
    /// <summary>Only the account.</summary>
    Private,

    /// <summary>Also contacts, on preference pages.</summary>
    Public,
}
