using System.Text.Json.Serialization;

namespace Rollcall.Simulators.Lytics;

/// <summary>
/// All options of a simulated Lytics account. All except the binding, the token, the
/// account's id, the clock and the files can be changed while it runs: <c>POST /simulator/options</c> takes an object of the properties
/// to change, in camel case; durations are seconds.
/// </summary>
public sealed record LyticsSimulatorOptions
{
    /// <summary>The address to listen on; port 0 picks a free port. Default <c>http://127.0.0.1:0</c>.</summary>
    [JsonIgnore]
    public string Urls { get; init; } = "http://127.0.0.1:0";

    /// <summary>The API token, which callers send as the whole <c>Authorization</c> header. Default <c>demo</c>.</summary>
    [JsonIgnore]
    public string Token { get; init; } = "demo";

    /// <summary>The account's id: a call that names another as its <c>account_id</c> is refused with 403. Default: none is refused.</summary>
    [JsonIgnore]
    public string? AccountId { get; init; }

    /// <summary>The clock that rate windows, start tokens and dates run on. Default: the machine's.</summary>
    [JsonIgnore]
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>A JSON file with the initial audiences, profiles and collections; its format is documented on <see cref="LyticsSeed"/>.</summary>
    [JsonIgnore]
    public string? SeedFile { get; init; }

    /// <summary>The initial content; read after <see cref="SeedFile"/>.</summary>
    [JsonIgnore]
    public LyticsSeed? Seed { get; init; }

    /// <summary>A file that gets one JSON line per request, as in <see cref="SimulatorOptions.RequestLogFile"/>. Default: none.</summary>
    [JsonIgnore]
    public string? RequestLogFile { get; init; }

    /// <summary>Calls per second; 429 above that. Default: no limit.</summary>
    public int? CallsPerSecond { get; init; }

    /// <summary>Concurrent calls; 429 above that. Default: no limit.</summary>
    public int? MaxAtOnce { get; init; }

    /// <summary>The duration of a page of a scan. Default 0.</summary>
    public TimeSpan PageLatency { get; init; }

    /// <summary>The duration of a call for recommendations. Default 0.</summary>
    public TimeSpan RecommendLatency { get; init; }

    /// <summary>The duration of a call with events. Default 0.</summary>
    public TimeSpan CollectLatency { get; init; }

    /// <summary>A start token of a scan expires after this many pages. Default: never.</summary>
    public int? StaleAfterPages { get; init; }

    /// <summary>The lifetime of a start token. Default: no limit.</summary>
    public TimeSpan? StaleAfter { get; init; }

    /// <summary>How often the scans of one audience and choice of splits go stale by <see cref="StaleAfterPages"/>. Default: each one does.</summary>
    public int? StaleTimes { get; init; }

    /// <summary>The status that a stale token is refused with, which Lytics does not document. Default 400.</summary>
    public int StaleStatus { get; init; } = 400;

    /// <summary>The share of profiles, 0 to 1, that are missing from a scan, others in each. Default 0.</summary>
    public double MissingShare { get; init; }

    /// <summary>A scan ends, with an empty <c>_next</c>, after this many pages although there are more. Default: never.</summary>
    public int? CutAfterPages { get; init; }

    /// <summary>How many scans are cut short by <see cref="CutAfterPages"/>. Default: all.</summary>
    public int? CutTimes { get; init; }

    /// <summary>Whether a full last page names a next one, which is empty. Default no.</summary>
    public bool EmptyLastPage { get; init; }

    /// <summary>How many more than there are (or fewer, below 0) a scan's <c>total</c> and an audience's size say. Default 0.</summary>
    public int TotalOff { get; init; }

    /// <summary>Every Nth generated person has the address of the previous one. Default: none.</summary>
    public int? RepeatEmailEvery { get; init; }

    /// <summary>The share of people, 0 to 1, always the same ones, whose recommendations fail with 500. Default 0.</summary>
    public double RecommendFailures { get; init; }

    /// <summary>Every Nth event is rejected. Default: only those that exceed a limit.</summary>
    public int? RejectEvery { get; init; }

    /// <summary>Whether everything is answered 503. Default no.</summary>
    public bool Down { get; init; }

    /// <summary>How long after the start it is unavailable for <see cref="DownFor"/>. Default: never.</summary>
    public TimeSpan? DownAfter { get; init; }

    /// <summary>How long it is down then. Default 30 s.</summary>
    public TimeSpan DownFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The faults to inject; while it runs, <c>POST /simulator/faults</c>.</summary>
    [JsonIgnore]
    public IReadOnlyList<Fault> Faults { get; init; } = [];
}
