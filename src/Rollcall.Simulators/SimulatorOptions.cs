using System.Text.Json.Serialization;

namespace Rollcall.Simulators;

/// <summary>
/// All options of a simulated Dotdigital account. All except the binding, the
/// credentials, the clock and the files can be changed while it runs: <c>POST /simulator/options</c> takes an object
/// of the properties to change, in camel case; durations are seconds.
/// </summary>
public sealed record SimulatorOptions
{
    /// <summary>The address to listen on; port 0 picks a free port. Default <c>http://127.0.0.1:0</c>.</summary>
    [JsonIgnore]
    public string Urls { get; init; } = "http://127.0.0.1:0";

    /// <summary>The API user's name. Default <c>demo</c>.</summary>
    [JsonIgnore]
    public string UserName { get; init; } = "demo";

    /// <summary>The API user's password. Default <c>demo</c>.</summary>
    [JsonIgnore]
    public string Password { get; init; } = "demo";

    /// <summary>The clock that import times, rate windows and dates run on. Default: the machine's.</summary>
    [JsonIgnore]
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>A JSON file with the initial books, data fields and contacts; its format is documented on <see cref="Seed"/>.</summary>
    [JsonIgnore]
    public string? SeedFile { get; init; }

    /// <summary>The initial content; read after <see cref="SeedFile"/>.</summary>
    [JsonIgnore]
    public Seed? Seed { get; init; }

    /// <summary>
    /// A file that gets one JSON line a request: number, time, operation, method, path, headers (without the
    /// authorization), body, status, response headers and body. Bodies are text, whole up to 1 MB. Default: none.
    /// </summary>
    [JsonIgnore]
    public string? RequestLogFile { get; init; }

    /// <summary>How far this server's clock is ahead of <see cref="Clock"/>. Default 0.</summary>
    public TimeSpan ClockOffset { get; init; }

    /// <summary>The account's id, as returned by account-info. Default 1001.</summary>
    public int AccountId { get; init; } = 1001;

    /// <summary>The endpoint that account-info names, for playing two regions. Default: this server.</summary>
    public Uri? ApiEndpoint { get; init; }

    /// <summary>Whether this is not the account's region: every call but account-info is answered 403.</summary>
    public bool WrongRegion { get; init; }

    /// <summary>Operations that the API user has no permission for (403); names as in <c>/simulator/counters</c>. Default: none.</summary>
    public IReadOnlyList<string> ForbiddenOperations { get; init; } = [];

    /// <summary>Calls a window in the low tier: imports, bulk deletions, listings of contacts, feeds. Default 600.</summary>
    public int LowLimit { get; init; } = 600;

    /// <summary>Calls a window in the medium tier: writes of one contact, books and fields. Default 3,000.</summary>
    public int MediumLimit { get; init; } = 3000;

    /// <summary>Calls a window in the high tier: look-ups of one thing. Default 12,000.</summary>
    public int HighLimit { get; init; } = 12000;

    /// <summary>The length of a rate window. Default one minute.</summary>
    public TimeSpan RateLimitWindow { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The deprecated flat scheme instead of tiers: calls in any hour, then 400. Dotdigital's is 2,000. Default: tiers.</summary>
    public int? FlatHourlyLimit { get; init; }

    /// <summary>Whether the flat limit's refusal only has the text "excess API activity", no error code.</summary>
    public bool FlatLimitInWords { get; init; }

    /// <summary>The time before the first record of an import is applied. Default 300 ms.</summary>
    public TimeSpan ImportLatency { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>What each record of an import adds to that. Default 10 µs.</summary>
    public TimeSpan ImportLatencyPerContact { get; init; } = TimeSpan.FromMicroseconds(10);

    /// <summary>The maximum number of concurrent imports. Dotdigital's limit, the default, is 25.</summary>
    public int MaxActiveImports { get; init; } = 25;

    /// <summary>The largest import body in bytes; above it 413. Dotdigital's limit, the default, is 50,000,000.</summary>
    public int MaxImportBytes { get; init; } = 50_000_000;

    /// <summary>The import, counted from 1, that never finishes.</summary>
    public int? StuckImport { get; init; }

    /// <summary>The import, counted from 1, that takes <see cref="SlowImportDelay"/> longer.</summary>
    public int? SlowImport { get; init; }

    /// <summary>How much longer the slow import takes. Default 30 s.</summary>
    public TimeSpan SlowImportDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The import, counted from 1, that ends as <c>Failed</c>.</summary>
    public int? FailedImport { get; init; }

    /// <summary>The import, counted from 1, whose status is 404 from the start, although it is applied.</summary>
    public int? ForgottenImport { get; init; }

    /// <summary>The import, counted from 1, that ends as <c>RejectedByWatchdog</c>.</summary>
    public int? WatchdogImport { get; init; }

    /// <summary>Imports of more records than this end as <c>RejectedByWatchdog</c>.</summary>
    public int? WatchdogAbove { get; init; }

    /// <summary>How much of a failed or rejected import or bulk deletion, in records or contacts, is applied all the same. Default 0.</summary>
    public int AppliedBeforeRejection { get; init; }

    /// <summary>
    /// How long after a write whose answer was lost (<see cref="FaultKind.DropAfter"/>, or a caller that timed out) it is applied.
    /// Default 0: at once. A fault may say so for itself: <see cref="Fault.Late"/>.
    /// </summary>
    public TimeSpan LateUnanswered { get; init; }

    /// <summary>How long after its end the rest of a failed or rejected import or bulk deletion is applied; its status stays. Default 0: never.</summary>
    public TimeSpan LateRejected { get; init; }

    /// <summary>How much later a forgotten import or bulk deletion is applied. Default 0: at its usual time.</summary>
    public TimeSpan LateForgotten { get; init; }

    /// <summary>Import reports omit every Nth contact that was written; the summary counts them. Default: none.</summary>
    public int? ReportOmitsEvery { get; init; }

    /// <summary>How long a finished import's report can be read; 404 after that. Default 7 days.</summary>
    public TimeSpan ReportRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long a bulk deletion takes. Default 100 ms.</summary>
    public TimeSpan DeletionLatency { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Maximum contact ids of a bulk deletion; 400 above that. Default: no limit, as none is documented.</summary>
    public int? BulkDeletionLimit { get; init; }

    /// <summary>The bulk deletion, counted from 1, that ends as <c>Failed</c>.</summary>
    public int? FailedDeletion { get; init; }

    /// <summary>The bulk deletion, counted from 1, whose status is 404 from the start, although it is applied.</summary>
    public int? ForgottenDeletion { get; init; }

    /// <summary>Whether taking a contact out of a book, in bulk or alone, makes an unsubscription from that book forgotten. Default no.</summary>
    public bool RemovalTakesOptOut { get; init; }

    /// <summary>Whether an import that names a list lifts a person's unsubscription from that list. Default: it does.</summary>
    public ListSuppression ListSuppression { get; init; }

    /// <summary>What an import does with suppressed and unsubscribed people. Default: updates them.</summary>
    public SuppressedInImport SuppressedInImport { get; init; }

    /// <summary>What an unknown data field or a value that does not fit does to its record. Default: spoils it.</summary>
    public BadFieldInImport BadFieldInImport { get; init; }

    /// <summary>Whether a v3 PATCH that names a list fires that list's join action. Default no.</summary>
    public bool PatchJoins { get; init; }

    /// <summary>Whether adding a person who is already in the book fires the join action, or asks for confirmation, again. Default yes.</summary>
    public bool RepeatedAddsFire { get; init; } = true;

    /// <summary>Which people are asked to confirm a first subscription. Default: none.</summary>
    public DoubleOptIn DoubleOptIn { get; init; }

    /// <summary>Whether resubscribe-with-no-challenge sends a challenge all the same.</summary>
    public bool ChallengeAnyway { get; init; }

    /// <summary>Whether <c>~listId</c> shows only people subscribed in that list. Default: also those unsubscribed or pending there.</summary>
    public bool ListShowsSubscribedOnly { get; init; }

    /// <summary>
    /// How old the lists of contacts are: they show the account as it was then, by the machine's clock. Look-ups of one contact
    /// and the books' counts are current. What happened before this was set is shown at once. Default 0.
    /// </summary>
    public TimeSpan ListDelay { get; init; }

    /// <summary>Whether a complete insight import returns <c>Finished</c>, as the documentation's example does, not <c>Complete</c>.</summary>
    public bool InsightSaysFinished { get; init; }

    /// <summary>The insight import, counted from 1, that never finishes.</summary>
    public int? StuckInsightImport { get; init; }

    /// <summary>The insight import, counted from 1, that ends as <c>Failed</c>.</summary>
    public int? FailedInsightImport { get; init; }

    /// <summary>The insight import, counted from 1, whose status is 404 from the start, although it is applied.</summary>
    public int? ForgottenInsightImport { get; init; }

    /// <summary>
    /// Contacts whose insight records fail, by address, each with the reason in the report, such as <c>JsonValueTooLong</c>. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, string> InsightFailures { get; init; } = new Dictionary<string, string>();

    /// <summary>Maximum number of contacts. Default: no limit.</summary>
    public int? MaxContacts { get; init; }

    /// <summary>Maximum number of address books. Default: no limit.</summary>
    public int? MaxBooks { get; init; }

    /// <summary>Maximum number of data fields. Default: no limit.</summary>
    public int? MaxDataFields { get; init; }

    /// <summary>The maximum length of a text in a data field, in characters. Default 1,000; older accounts have 255.</summary>
    public int TextLimit { get; init; } = 1000;

    /// <summary>Texts that no data field accepts, as if the field did not exist. Default: none.</summary>
    public IReadOnlyList<string> RefusedValues { get; init; } = [];

    /// <summary>When two spellings of an address are one contact. Default: when they differ in nothing but case.</summary>
    public AddressMatching AddressMatching { get; init; }

    /// <summary>How old an opt-out must be before the feeds show it. Default 0.</summary>
    public TimeSpan FeedDelay { get; init; }

    /// <summary>The share of opt-outs, 0 to 1, that never appear in a feed; which ones depends on <see cref="FeedSeed"/>. Default 0.</summary>
    public double FeedLoss { get; init; }

    /// <summary>Chooses the opt-outs lost to <see cref="FeedLoss"/>. Default 1.</summary>
    public int FeedSeed { get; init; } = 1;

    /// <summary>Whether the feeds' rows come in no order that means anything. Default: in the order of the contacts' ids.</summary>
    public bool FeedUnordered { get; init; }

    /// <summary>Whether the feeds have dates without a time: dates are midnights, and the requested date counts from its midnight.</summary>
    public bool FeedInDays { get; init; }

    /// <summary>Whether the feeds' dates have no offset, which the specification does not allow.</summary>
    public bool FeedDatesWithoutOffset { get; init; }

    /// <summary>How far the feeds' dates without an offset are ahead of UTC, up to 14 hours either way. Default 0.</summary>
    public TimeSpan FeedDateShift { get; init; }

    /// <summary>The faults to inject; while it runs, <c>POST /simulator/faults</c>.</summary>
    [JsonIgnore]
    public IReadOnlyList<Fault> Faults { get; init; } = [];
}
