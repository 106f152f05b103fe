using System.CommandLine;
using Rollcall.Cli.Terminals;
using Rollcall.Simulators;

namespace Rollcall.Cli.Commands;

/// <summary>The switches of <c>simulate dotdigital</c>. What is no switch here may be set while it runs, with <c>POST /simulator/options</c>.</summary>
internal sealed class SimulatorSwitches
{
    private readonly List<Option> _options = [];
    private readonly List<Func<ParseResult, SimulatorOptions, SimulatorOptions>> _set = [];
    private readonly Option<string> _urls = new("--urls") { Description = "Where to listen; port 0 takes a free one", HelpName = "URL", DefaultValueFactory = _ => "http://127.0.0.1:9400" };
    private readonly Option<string?> _seed = new("--seed") { Description = "A JSON file of books, data fields and contacts to begin with", HelpName = "FILE" };
    private readonly Option<string?> _log = new("--request-log") { Description = "Write a JSON line a request to this file, bodies included", HelpName = "FILE" };

    public SimulatorSwitches()
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
        Faults();
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_urls);
        command.Options.Add(_seed);
        command.Options.Add(_log);
        foreach (var option in _options)
        {
            command.Options.Add(option);
        }
    }

    public SimulatorOptions Read(Invocation invocation)
    {
        var arguments = invocation.Arguments;
        var options = new SimulatorOptions
        {
            Urls = arguments.GetRequiredValue(_urls),
            SeedFile = arguments.GetValue(_seed) is { } seed ? invocation.FullPath(seed) : null,
            RequestLogFile = arguments.GetValue(_log) is { } log ? invocation.FullPath(log) : null,
            Clock = invocation.Terminal.Clock,
        };
        return _set.Aggregate(options, (current, set) => set(arguments, current));
    }

    private void Choice(string name, string description, string[] words, Func<SimulatorOptions, string, SimulatorOptions> set)
    {
        var option = new Option<string?>(name) { Description = $"{description} (default: {words[0]})" };
        option.AcceptOnlyFromAmong(words);
        _options.Add(option);
        _set.Add((arguments, options) => arguments.GetValue(option) is { } word ? set(options, word) : options);
    }

    private void Value<T>(string name, string description, string unit, Func<SimulatorOptions, T, SimulatorOptions> set)
        where T : struct
    {
        var option = new Option<T?>(name) { Description = description, HelpName = unit };
        _options.Add(option);
        _set.Add((arguments, options) => arguments.GetValue(option) is { } value ? set(options, value) : options);
    }

    private void Faults()
    {
        var option = new Option<string[]>("--fault")
        {
            Description = "Something that goes wrong: [OPERATION:]WHEN:WHAT, such as importContacts:1:drop-after or every10:503; may be repeated",
            HelpName = "FAULT",
            DefaultValueFactory = _ => [],
        };
        _options.Add(option);
        _set.Add((arguments, options) =>
        {
            try
            {
                return options with { Faults = [.. arguments.GetRequiredValue(option).Select(Fault.Parse)] };
            }
            catch (FormatException wrong)
            {
                throw new RollcallException(ExitCode.BadJob, wrong.Message, "--fault", inner: wrong);
            }
        });
    }
}
