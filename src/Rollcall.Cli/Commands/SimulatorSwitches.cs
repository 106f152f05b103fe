using System.CommandLine;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Rollcall.Simulators;

namespace Rollcall.Cli.Commands;

/// <summary>Command-line options that set the options of a simulator.</summary>
internal abstract class SimulatorSwitches<T>
{
    private readonly List<Option> _options = [];
    private readonly List<Func<ParseResult, T, T>> _set = [];
    private readonly Option<string> _urls;
    private readonly Option<string?> _seed;
    private readonly Option<string?> _log = new("--request-log")
    {
        Description = "Write each request to this file as a JSON line, including its body",
        HelpName = "FILE",
    };

    protected SimulatorSwitches(string urls, string seed)
    {
        _urls = new("--urls") { Description = "Where to listen; port 0 picks a free port", HelpName = "URL", DefaultValueFactory = _ => urls };
        _seed = new("--seed") { Description = seed, HelpName = "FILE" };
        _options.AddRange([_urls, _seed, _log]);
    }

    public void AddTo(Command command)
    {
        foreach (var option in _options)
        {
            command.Options.Add(option);
        }
    }

    public T Read(Invocation invocation)
    {
        var arguments = invocation.Arguments;
        string? Path(Option<string?> option) => arguments.GetValue(option) is { } file ? invocation.FullPath(file) : null;
        var options = Begin(arguments.GetRequiredValue(_urls), Path(_seed), Path(_log), invocation);
        return _set.Aggregate(options, (current, set) => set(arguments, current));
    }

    protected abstract T Begin(string urls, string? seed, string? log, Invocation invocation);

    protected void Choice(string name, string description, string[] words, Func<T, string, T> set)
    {
        var option = new Option<string?>(name) { Description = $"{description} (default: {words[0]})" };
        option.AcceptOnlyFromAmong(words);
        _options.Add(option);
        _set.Add((arguments, options) => arguments.GetValue(option) is { } word ? set(options, word) : options);
    }

    protected void Value<TValue>(string name, string description, string unit, Func<T, TValue, T> set)
        where TValue : struct
    {
        var option = new Option<TValue?>(name) { Description = description, HelpName = unit };
        _options.Add(option);
        _set.Add((arguments, options) => arguments.GetValue(option) is { } value ? set(options, value) : options);
    }

    protected void Faults(string example, Func<T, IReadOnlyList<Fault>, T> set)
    {
        var option = new Option<string[]>("--fault")
        {
            Description = $"A fault to inject: [OPERATION:]WHEN:WHAT, such as {example} or every10:503; can be repeated",
            HelpName = "FAULT",
            DefaultValueFactory = _ => [],
        };
        _options.Add(option);
        _set.Add((arguments, options) =>
        {
            try
            {
                return set(options, [.. arguments.GetRequiredValue(option).Select(Fault.Parse)]);
            }
            catch (FormatException wrong)
            {
                throw new RollcallException(ExitCode.BadJob, wrong.Message, "--fault", inner: wrong);
            }
        });
    }
}
