using Rollcall.Cli.Terminals;
using Rollcall.Simulators;

namespace Rollcall.Cli.Commands;

/// <summary>The switches of <c>simulate dotdigital</c>. What is no switch here may be set while it runs, with <c>POST /simulator/options</c>.</summary>
internal sealed class DotdigitalSwitches : SimulatorSwitches<SimulatorOptions>
{
    public DotdigitalSwitches()
        : base("http://127.0.0.1:9400", "A JSON file of books, data fields and contacts to begin with")
    {
        Choice("--list-suppression", "Whether an import that names a list lifts a person's unsubscription from it", ["clears", "keeps"], (options, word) => options with { ListSuppression = Enum.Parse<ListSuppression>(word, ignoreCase: true) });
        Choice("--suppressed-in-import", "What an import does with suppressed people", ["updated", "fails"], (options, word) => options with { SuppressedInImport = Enum.Parse<SuppressedInImport>(word, ignoreCase: true) });
        Choice("--patch-joins", "Whether a single v3 write that names a list fires its join action", ["no", "yes"], (options, word) => options with { PatchJoins = word == "yes" });
        Choice("--double-opt-in", "Who is asked to confirm a first subscription", ["none", "single", "all"], (options, word) => options with { DoubleOptIn = Enum.Parse<DoubleOptIn>(word, ignoreCase: true) });
        Value<int>("--account-id", "The account's id", "ID", (options, value) => options with { AccountId = value });
        Value<int>("--low-limit", "Calls a minute in the low tier: imports, deletions, listings, feeds", "N", (options, value) => options with { LowLimit = value });
        Value<int>("--medium-limit", "Calls a minute in the medium tier: single writes", "N", (options, value) => options with { MediumLimit = value });
        Value<int>("--high-limit", "Calls a minute in the high tier: look-ups", "N", (options, value) => options with { HighLimit = value });
        Value<int>("--flat-limit", "The deprecated scheme instead: calls in any hour", "N", (options, value) => options with { FlatHourlyLimit = value });
        Value<double>("--import-latency", "Seconds that an import takes before its first record", "SECONDS", (options, value) => options with { ImportLatency = TimeSpan.FromSeconds(value) });
        Value<double>("--feed-delay", "Seconds before an opt-out shows in the feeds", "SECONDS", (options, value) => options with { FeedDelay = TimeSpan.FromSeconds(value) });
        Value<double>("--feed-loss", "The share of opt-outs, 0 to 1, that no feed ever shows", "SHARE", (options, value) => options with { FeedLoss = value });
        Value<int>("--max-books", "Address books the account may hold", "N", (options, value) => options with { MaxBooks = value });
        Value<int>("--max-contacts", "Contacts the account may hold", "N", (options, value) => options with { MaxContacts = value });
        Value<int>("--watchdog-import", "The import, counted from 1, that the watchdog rejects", "N", (options, value) => options with { WatchdogImport = value });
        Value<int>("--stuck-import", "The import, counted from 1, that never ends", "N", (options, value) => options with { StuckImport = value });
        Faults("importContacts:1:drop-after", (options, faults) => options with { Faults = faults });
    }

    protected override SimulatorOptions Begin(string urls, string? seed, string? log, Invocation invocation) =>
        new() { Urls = urls, SeedFile = seed, RequestLogFile = log, Clock = invocation.Terminal.Clock };
}
