using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Reflection;
using System.Text.RegularExpressions;
using Rollcall.Cli.Commands;
using Rollcall.Cli.Json;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Rollcall.Jobs;

namespace Rollcall.Cli;

/// <summary>The program's commands, and how one of them is run.</summary>
internal static partial class CommandLine
{
    public static string Version { get; } =
        typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private const string ExitCodes =
        "Exit codes: 0 done; 1 some changes were not delivered; 2 bad job file or arguments; 3 source unreachable or wrong; 4 Dotdigital unreachable or "
        + "refused; 5 a guard held something back; 6 another run of the job is under way; 130 interrupted.";

    /// <summary>In the order in which a new user needs them.</summary>
    private static readonly Func<Terminal, GlobalOptions, Command>[] _commands =
    [
        DemoCommand.Create, InitCommand.Create, SchemaCommand.Create, CheckCommand.Create, PlanCommand.Create, RunCommand.Create, RetryCommand.Create,
        ExplainCommand.Create, StatusCommand.Create, RunsCommand.Create, FailuresCommand.Create, ReconcileCommand.Create, ForgetCommand.Create,
        AuthCommand.Create,
        ServeCommand.Create, ApplyCommand.Create, ExportCommand.Create, JobsCommand.Create, VerbCommands.Pause, VerbCommands.Resume, VerbCommands.Bounce,
        VerbCommands.Kill, TokensCommand.Create, BackupCommand.Create, RestoreCommand.Create,
        ImportLyticsCommand.Create, LyticsCommand.Create, SimulateCommand.Create,
    ];

    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellation)
    {
        args = args is ["help", .. var topic] ? [.. topic, "--help"] : args;
        var root = Create(terminal);
        var arguments = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (arguments.Errors.Count > 0 && arguments.Action is not HelpAction)
        {
            return Refuse(arguments, args, terminal);
        }

        var configuration = new InvocationConfiguration
        {
            Output = terminal.RawOut,
            Error = terminal.RawOut,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return await arguments.InvokeAsync(configuration, cancellation);
    }

    /// <summary>The program as a command with its subcommands.</summary>
    public static Command Create(Terminal terminal)
    {
        var options = new GlobalOptions();
        var root = new Command("rollcall", "Keeps Dotdigital address books in step with your audiences. New here? Try: rollcall demo\n\n" + ExitCodes);
        var version = new Option<bool>("--version") { Description = "Show the version" };
        root.Options.Add(new HelpOption { Recursive = true });
        root.Options.Add(version);
        options.AddTo(root);
        foreach (var create in _commands)
        {
            root.Subcommands.Add(create(terminal, options));
        }

        Invocation.Bind(root, terminal, options,
        (invocation, _) => {
            if (!invocation.Arguments.GetValue(version))
            {
                root.Parse("--help").Invoke(new InvocationConfiguration { Output = terminal.RawOut });
            }
            else if (invocation.Json)
            {
                invocation.WriteJson(new ProgramVersion(Version));
            }
            else
            {
                terminal.RawOut.WriteLine($"rollcall {Version}");
            }

            return Task.FromResult(ExitCode.Done);
        });
        return root;
    }

    /// <summary>The parser reports .NET type names; users think in numbers and text.</summary>
    private static string Plain(string message)
    {
        if (WrongType().Match(message) is not { Success: true } wrong)
        {
            return message;
        }

        var type = wrong.Groups["type"].Value;
        var taken = type.Contains("Int", StringComparison.Ordinal) ? "a whole number"
            : type.Contains("TimeSpan", StringComparison.Ordinal) ? "a duration such as 00:00:10"
            : "a number";
        return $"{wrong.Groups["option"].Value} takes {taken}, not \"{wrong.Groups["value"].Value}\".";
    }

    [GeneratedRegex("^Cannot parse argument '(?<value>.*)' for (?:option|command) '(?<option>[^']*)' as expected type '(?<type>.*)'\\.")]
    private static partial Regex WrongType();

    private static int Refuse(ParseResult arguments, string[] args, Terminal terminal)
    {
        var command = arguments.CommandResult.Command;
        var name = string.Join(' ', Words(arguments.CommandResult));
        var known = command.Subcommands.Select(one => one.Name)
            .Concat(command.Options.Concat(arguments.RootCommandResult.Command.Options.Where(option => option.Recursive)).Select(one => one.Name))
            .ToList();
        var nearest = arguments.UnmatchedTokens.Select(token => Nearest.To(token, known)).FirstOrDefault(found => found is not null);
        var todo = (nearest is null ? "" : $"Did you mean {nearest}? ") + $"See: {name} --help";
        var problems = arguments.Errors.Select(error => Hidden(arguments, error.Message))
            .Select(message => Plain(string.Join(' ', message.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries)))).Distinct().ToList();
        if (problems.Count > 1)
        {
            // A mistyped command also counts as missing; report it once.
            problems.Remove("Required command was not provided.");
        }

        ErrorReport.Write(
            terminal,
            args.Contains("--json"),
            ExitCode.BadJob,
            [.. problems.Select((message, index) => new Problem(message, Todo: index == problems.Count - 1 ? todo : null))]);
        return (int)ExitCode.BadJob;
    }

    /// <summary>A command's words, from the program's name on.</summary>
    private static IEnumerable<string> Words(CommandResult command) =>
        command.Parent is CommandResult parent ? Words(parent).Append(command.Command.Name) : ["rollcall"];

    /// <summary>
    /// An unknown argument may be a password: the value of <c>--name=value</c> is not shown, and neither is a positional argument of <c>auth</c>.
    /// </summary>
    private static string Hidden(ParseResult arguments, string message)
    {
        var ofAuth = arguments.CommandResult.Command.Name == "auth" || arguments.CommandResult.Parent is CommandResult { Command.Name: "auth" };
        foreach (var token in arguments.UnmatchedTokens.OrderByDescending(token => token.Length))
        {
            var shown = token.StartsWith('-') ? token.Split('=')[0] : ofAuth ? "***" : token;
            message = message.Replace($"'{token}'", $"'{shown}'", StringComparison.Ordinal);
        }

        return message;
    }
}
