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
        Choice("--removal-takes-opt-out", "Whether taking someone out of a book makes their unsubscription from it forgotten", ["no", "yes"], (options, word) => options with { RemovalTakesOptOut = word == "yes" });
        Choice("--addresses", "When two ways to write an address are one contact", ["as-written", "normalized", "shown-normalized"], (options, word) => options with { AddressMatching = Enum.Parse<AddressMatching>(word.Replace("-", ""), ignoreCase: true) });
        Value<int>("--text-limit", "The longest text a data field holds, in characters", "N", (options, value) => options with { TextLimit = value });
        Value<double>("--clock-offset", "Seconds that the account's clock is ahead of the machine's", "SECONDS", (options, value) => options with { ClockOffset = TimeSpan.FromSeconds(value) });
        Value<double>("--import-latency", "Seconds that an import takes before its first record", "SECONDS", (options, value) => options with { ImportLatency = TimeSpan.FromSeconds(value) });
        Value<double>("--feed-delay", "Seconds before an opt-out shows in the feeds", "SECONDS", (options, value) => options with { FeedDelay = TimeSpan.FromSeconds(value) });
        Value<double>("--feed-loss", "The share of opt-outs, 0 to 1, that no feed ever shows", "SHARE", (options, value) => options with { FeedLoss = value });
        Choice("--feed-in-days", "Whether the feeds know only days", ["no", "yes"], (options, word) => options with { FeedInDays = word == "yes" });
        Choice("--feed-dates-without-offset", "Whether the feeds' dates leave out their offset from UTC", ["no", "yes"], (options, word) => options with { FeedDatesWithoutOffset = word == "yes" });
        Value<double>("--feed-date-shift", "Hours that such dates are ahead of UTC", "HOURS", (options, value) => options with { FeedDateShift = TimeSpan.FromHours(value) });
        Value<double>("--list-delay", "Seconds that the lists of contacts are old", "SECONDS", (options, value) => options with { ListDelay = TimeSpan.FromSeconds(value) });
        Value<int>("--report-omits-every", "The report of an import omits each Nth contact that was written", "N", (options, value) => options with { ReportOmitsEvery = value });
        Value<int>("--max-books", "Address books the account may hold", "N", (options, value) => options with { MaxBooks = value });
        Value<int>("--max-contacts", "Contacts the account may hold", "N", (options, value) => options with { MaxContacts = value });
        Value<int>("--watchdog-import", "The import, counted from 1, that the watchdog rejects", "N", (options, value) => options with { WatchdogImport = value });
        Value<int>("--failed-import", "The import, counted from 1, that fails", "N", (options, value) => options with { FailedImport = value });
        Value<int>("--forgotten-import", "The import, counted from 1, that is unknown (404) when asked after, though it is applied", "N", (options, value) => options with { ForgottenImport = value });
        Value<int>("--failed-deletion", "The bulk deletion, counted from 1, that fails", "N", (options, value) => options with { FailedDeletion = value });
        Value<int>("--forgotten-deletion", "The bulk deletion, counted from 1, that is unknown (404) when asked after, though it is carried out", "N", (options, value) => options with { ForgottenDeletion = value });
        Value<double>("--late-unanswered", "Seconds after a write whose answer was lost until it is carried out", "SECONDS", (options, value) => options with { LateUnanswered = TimeSpan.FromSeconds(value) });
        Value<double>("--late-rejected", "Seconds after a failed or rejected import or deletion until the rest is applied all the same", "SECONDS", (options, value) => options with { LateRejected = TimeSpan.FromSeconds(value) });
        Value<double>("--late-forgotten", "Seconds by which a forgotten import or deletion is applied later", "SECONDS", (options, value) => options with { LateForgotten = TimeSpan.FromSeconds(value) });
        Value<int>("--stuck-import", "The import, counted from 1, that never ends", "N", (options, value) => options with { StuckImport = value });
        Faults("importContacts:1:drop-after", (options, faults) => options with { Faults = faults });
    }

    protected override SimulatorOptions Begin(string urls, string? seed, string? log, Invocation invocation) =>
        new() { Urls = urls, SeedFile = seed, RequestLogFile = log, Clock = invocation.Terminal.Clock };
}
