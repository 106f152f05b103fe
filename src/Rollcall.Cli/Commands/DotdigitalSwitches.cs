using Rollcall.Cli.Terminals;
using Rollcall.Simulators;

namespace Rollcall.Cli.Commands;

/// <summary>The switches of <c>simulate dotdigital</c>. Options without a switch can be set at run time with <c>POST /simulator/options</c>.</summary>
internal sealed class DotdigitalSwitches : SimulatorSwitches<SimulatorOptions>
{
    public DotdigitalSwitches()
        : base("http://127.0.0.1:9400", "A JSON file with the initial books, data fields and contacts")
    {
        Choice("--list-suppression", "Whether an import that names a list clears a contact's unsubscription from it", ["clears", "keeps"],
            (options, word) => options with { ListSuppression = Enum.Parse<ListSuppression>(word, ignoreCase: true) });
        Choice("--suppressed-in-import", "What an import does with suppressed contacts", ["updated", "fails"],
            (options, word) => options with { SuppressedInImport = Enum.Parse<SuppressedInImport>(word, ignoreCase: true) });
        Choice("--patch-joins", "Whether a single v3 write that names a list fires its join action", ["no", "yes"],
            (options, word) => options with { PatchJoins = word == "yes" });
        Choice("--double-opt-in", "Who is asked to confirm a first subscription", ["none", "single", "all"],
            (options, word) => options with { DoubleOptIn = Enum.Parse<DoubleOptIn>(word, ignoreCase: true) });
        Value<int>("--account-id", "The account's id", "ID", (options, value) => options with { AccountId = value });
        Value<int>("--low-limit", "Calls per minute in the low tier: imports, deletions, listings, feeds", "N",
            (options, value) => options with { LowLimit = value });
        Value<int>("--medium-limit", "Calls per minute in the medium tier: single writes", "N", (options, value) => options with { MediumLimit = value });
        Value<int>("--high-limit", "Calls per minute in the high tier: look-ups", "N", (options, value) => options with { HighLimit = value });
        Value<int>("--flat-limit", "Use the deprecated limit instead: calls in any one hour", "N",
            (options, value) => options with { FlatHourlyLimit = value });
        Choice("--removal-takes-opt-out", "Whether removing a contact from a book also deletes their unsubscription from it", ["no", "yes"],
            (options, word) => options with { RemovalTakesOptOut = word == "yes" });
        Choice("--addresses", "When two spellings of an address are one contact", ["as-written", "normalized", "shown-normalized"],
            (options, word) => options with { AddressMatching = Enum.Parse<AddressMatching>(word.Replace("-", ""), ignoreCase: true) });
        Value<int>("--text-limit", "The longest text a data field holds, in characters", "N", (options, value) => options with { TextLimit = value });
        Value<double>("--clock-offset", "How many seconds the account's clock is ahead of this machine's", "SECONDS",
            (options, value) => options with { ClockOffset = TimeSpan.FromSeconds(value) });
        Value<double>("--import-latency", "Seconds before an import writes its first record", "SECONDS",
            (options, value) => options with { ImportLatency = TimeSpan.FromSeconds(value) });
        Value<double>("--feed-delay", "Seconds before an opt-out appears in the feeds", "SECONDS",
            (options, value) => options with { FeedDelay = TimeSpan.FromSeconds(value) });
        Value<double>("--feed-loss", "Share of opt-outs, 0 to 1, that never appear in a feed", "SHARE", (options, value) => options with { FeedLoss = value });
        Choice("--feed-in-days", "Whether the feeds contain dates without a time", ["no", "yes"],
            (options, word) => options with { FeedInDays = word == "yes" });
        Choice("--feed-dates-without-offset", "Whether the dates in the feeds omit their UTC offset", ["no", "yes"],
            (options, word) => options with { FeedDatesWithoutOffset = word == "yes" });
        Value<double>("--feed-date-shift", "How many hours those dates are ahead of UTC", "HOURS",
            (options, value) => options with { FeedDateShift = TimeSpan.FromHours(value) });
        Value<double>("--list-delay", "How many seconds old the contact lists are", "SECONDS",
            (options, value) => options with { ListDelay = TimeSpan.FromSeconds(value) });
        Value<int>("--report-omits-every", "Import reports omit every Nth contact that was written", "N",
            (options, value) => options with { ReportOmitsEvery = value });
        Value<int>("--max-books", "Maximum number of address books", "N", (options, value) => options with { MaxBooks = value });
        Value<int>("--max-contacts", "Maximum number of contacts", "N", (options, value) => options with { MaxContacts = value });
        Value<int>("--watchdog-import", "The import that the watchdog rejects, counted from 1", "N",
            (options, value) => options with { WatchdogImport = value });
        Value<int>("--failed-import", "The import that fails, counted from 1", "N", (options, value) => options with { FailedImport = value });
        Value<int>("--forgotten-import", "The import whose status is 404 although it is applied, counted from 1", "N",
            (options, value) => options with { ForgottenImport = value });
        Value<int>("--failed-deletion", "The bulk deletion that fails, counted from 1", "N", (options, value) => options with { FailedDeletion = value });
        Value<int>("--forgotten-deletion", "The bulk deletion whose status is 404 although it is applied, counted from 1", "N",
            (options, value) => options with { ForgottenDeletion = value });
        Value<double>("--late-unanswered", "Seconds until a write whose answer was lost is applied", "SECONDS",
            (options, value) => options with { LateUnanswered = TimeSpan.FromSeconds(value) });
        Value<double>("--late-rejected", "Seconds until the rest of a failed or rejected import or deletion is applied anyway", "SECONDS",
            (options, value) => options with { LateRejected = TimeSpan.FromSeconds(value) });
        Value<double>("--late-forgotten", "Seconds until a forgotten import or deletion is applied", "SECONDS",
            (options, value) => options with { LateForgotten = TimeSpan.FromSeconds(value) });
        Value<int>("--stuck-import", "The import that never finishes, counted from 1", "N", (options, value) => options with { StuckImport = value });
        Faults("importContacts:1:drop-after", (options, faults) => options with { Faults = faults });
    }

    protected override SimulatorOptions Begin(string urls, string? seed, string? log, Invocation invocation) =>
        new() { Urls = urls, SeedFile = seed, RequestLogFile = log, Clock = invocation.Terminal.Clock };
}
