using Rollcall.Cli.Terminals;
using Rollcall.Simulators.Lytics;

namespace Rollcall.Cli.Commands;

/// <summary>The switches of <c>simulate lytics</c>. What is no switch here may be set while it runs, with <c>POST /simulator/options</c>.</summary>
internal sealed class LyticsSwitches : SimulatorSwitches<LyticsSimulatorOptions>
{
    public LyticsSwitches()
        : base("http://127.0.0.1:9401", "A JSON file of audiences, profiles and content collections to begin with")
    {
        Value<int>("--calls-per-second", "Calls in a second; above it 429", "N", (options, value) => options with { CallsPerSecond = value });
        Value<int>("--max-at-once", "Calls under way at once; above it 429", "N", (options, value) => options with { MaxAtOnce = value });
        Value<double>("--page-latency", "Seconds that a page of a scan takes", "SECONDS", (options, value) => options with { PageLatency = TimeSpan.FromSeconds(value) });
        Value<double>("--recommend-latency", "Seconds that recommendations take", "SECONDS", (options, value) => options with { RecommendLatency = TimeSpan.FromSeconds(value) });
        Value<double>("--collect-latency", "Seconds that a call with events takes", "SECONDS", (options, value) => options with { CollectLatency = TimeSpan.FromSeconds(value) });
        Value<int>("--stale-after-pages", "Pages of a scan after which its start token goes stale", "N", (options, value) => options with { StaleAfterPages = value });
        Value<int>("--stale-times", "How often that happens to the same splits of an audience (default: each time)", "N", (options, value) => options with { StaleTimes = value });
        Value<double>("--stale-after", "Seconds after which a start token goes stale", "SECONDS", (options, value) => options with { StaleAfter = TimeSpan.FromSeconds(value) });
        Value<double>("--missing", "The share of profiles, 0 to 1, that a scan misses", "SHARE", (options, value) => options with { MissingShare = value });
        Value<int>("--cut-after-pages", "Pages after which a scan ends although there is more", "N", (options, value) => options with { CutAfterPages = value });
        Value<int>("--total-off", "How many more than there are a total says, or fewer", "N", (options, value) => options with { TotalOff = value });
        Value<int>("--repeat-email-every", "Every Nth generated person has the address of the one before", "N", (options, value) => options with { RepeatEmailEvery = value });
        Value<double>("--recommend-failures", "The share of people, 0 to 1, whose recommendations fail", "SHARE", (options, value) => options with { RecommendFailures = value });
        Value<int>("--reject-every", "Every Nth event is rejected", "N", (options, value) => options with { RejectEvery = value });
        Value<double>("--down-after", "Seconds after which it answers 503 for a while", "SECONDS", (options, value) => options with { DownAfter = TimeSpan.FromSeconds(value) });
        Value<double>("--down-for", "How many seconds that lasts (default: 30)", "SECONDS", (options, value) => options with { DownFor = TimeSpan.FromSeconds(value) });
        Faults("scanSegment:3:drop-before", (options, faults) => options with { Faults = faults });
    }

    protected override LyticsSimulatorOptions Begin(string urls, string? seed, string? log, Invocation invocation) =>
        new() { Urls = urls, SeedFile = seed, RequestLogFile = log, Clock = invocation.Terminal.Clock };
}
