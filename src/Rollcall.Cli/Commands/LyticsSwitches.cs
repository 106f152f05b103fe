using Rollcall.Cli.Terminals;
using Rollcall.Simulators.Lytics;

namespace Rollcall.Cli.Commands;

/// <summary>The switches of <c>simulate lytics</c>. Options without a switch can be set at run time with <c>POST /simulator/options</c>.</summary>
internal sealed class LyticsSwitches : SimulatorSwitches<LyticsSimulatorOptions>
{
    public LyticsSwitches()
        : base("http://127.0.0.1:9401", "A JSON file with the initial audiences, profiles and content collections")
    {
        Value<int>("--calls-per-second", "Calls per second; 429 above that", "N", (options, value) => options with { CallsPerSecond = value });
        Value<int>("--max-at-once", "Concurrent calls; 429 above that", "N", (options, value) => options with { MaxAtOnce = value });
        Value<double>("--page-latency", "Seconds per page of a scan", "SECONDS",
            (options, value) => options with { PageLatency = TimeSpan.FromSeconds(value) });
        Value<double>("--recommend-latency", "Seconds per recommendation call", "SECONDS",
            (options, value) => options with { RecommendLatency = TimeSpan.FromSeconds(value) });
        Value<double>("--collect-latency", "Seconds per call that sends events", "SECONDS",
            (options, value) => options with { CollectLatency = TimeSpan.FromSeconds(value) });
        Value<int>("--stale-after-pages", "Number of pages after which a start token of a scan expires", "N",
            (options, value) => options with { StaleAfterPages = value });
        Value<int>("--stale-times", "How often that happens to the same splits of an audience (default: every time)", "N",
            (options, value) => options with { StaleTimes = value });
        Value<double>("--stale-after", "Seconds after which a start token expires", "SECONDS",
            (options, value) => options with { StaleAfter = TimeSpan.FromSeconds(value) });
        Value<double>("--missing", "Share of profiles, 0 to 1, that a scan misses", "SHARE", (options, value) => options with { MissingShare = value });
        Value<int>("--cut-after-pages", "Number of pages after which a scan ends although there are more", "N",
            (options, value) => options with { CutAfterPages = value });
        Value<int>("--total-off", "How far a total is off the real number, up or down", "N", (options, value) => options with { TotalOff = value });
        Value<int>("--repeat-email-every", "Every Nth generated person has the address of the previous one", "N",
            (options, value) => options with { RepeatEmailEvery = value });
        Value<double>("--recommend-failures", "Share of people, 0 to 1, whose recommendation calls fail", "SHARE",
            (options, value) => options with { RecommendFailures = value });
        Value<int>("--reject-every", "Every Nth event is rejected", "N", (options, value) => options with { RejectEvery = value });
        Value<double>("--down-after", "Seconds after which all calls return 503 for a while", "SECONDS",
            (options, value) => options with { DownAfter = TimeSpan.FromSeconds(value) });
        Value<double>("--down-for", "How many seconds the outage lasts (default: 30)", "SECONDS",
            (options, value) => options with { DownFor = TimeSpan.FromSeconds(value) });
        Faults("scanSegment:3:drop-before", (options, faults) => options with { Faults = faults });
    }

    protected override LyticsSimulatorOptions Begin(string urls, string? seed, string? log, Invocation invocation) =>
        new() { Urls = urls, SeedFile = seed, RequestLogFile = log, Clock = invocation.Terminal.Clock };
}
