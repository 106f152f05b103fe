using System.CommandLine;
using Rollcall.Cli.Json;
using Rollcall.Cli.Logs;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Words;
using Rollcall.Lytics;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;
using Spectre.Console;

namespace Rollcall.Cli.Terminals;

/// <summary>One invocation of the program: the terminal, the global options, and the working folder.</summary>
internal sealed class Invocation : IDisposable
{
    private readonly bool _dataGiven;
    private Lazy<LogFile> _log;

    private Invocation(Terminal terminal, GlobalOptions options, ParseResult arguments)
    {
        Terminal = terminal;
        Arguments = arguments;
        Json = arguments.GetValue(options.Json);
        ShowEmails = arguments.GetValue(options.ShowEmails);
        var given = arguments.GetValue(options.Data);
        _dataGiven = given is not null;
        DataFolder = Path.GetFullPath(
            given
                ?? (terminal.Environment.GetValueOrDefault("ROLLCALL_DATA") is { Length: > 0 } set ? set : ".rollcall"),
            terminal.Folder);
        _log = NewLog();
    }

    public Terminal Terminal { get; }

    public ParseResult Arguments { get; }

    public bool Json { get; }

    public bool ShowEmails { get; }

    /// <summary>Absolute; not created before something is written to it.</summary>
    public string DataFolder { get; private set; }

    /// <summary>Whether the log has every call, and unexpected errors show where they arose.</summary>
    private bool IsDebugging => Terminal.Environment.GetValueOrDefault("ROLLCALL_DEBUG") == "1";

    public IAnsiConsole Out => Terminal.Out;

    /// <summary>Turns a function into a command: it receives the invocation and returns the exit code; its exceptions become messages.</summary>
    public static void Bind(Command command, Terminal terminal, GlobalOptions options, Func<Invocation, CancellationToken, Task<ExitCode>> run) =>
        command.SetAction(async (arguments, cancellation) =>
        {
            using var invocation = new Invocation(terminal, options, arguments);
            try
            {
                return (int)await run(invocation, cancellation);
            }
            catch (Exception exception)
            {
                return (int)invocation.Explain(exception, cancellation);
            }
        });

    /// <summary>Uses another data folder, unless one was given.</summary>
    public void WorkIn(string dataFolder)
    {
        if (!_dataGiven)
        {
            DataFolder = dataFolder;
            _log = NewLog();
        }
    }

    /// <summary>An absolute path, resolved from the caller's folder.</summary>
    public string FullPath(string path) => Path.GetFullPath(path, Terminal.Folder);

    public AuthorizationStore Authorizations() => new(DataFolder, Terminal.Clock);

    /// <summary>Creates the data folder and the workplace for the engine.</summary>
    public Workplace Workplace(IProgress<RunProgress>? progress = null)
    {
        Terminals.DataFolder.Create(DataFolder, Terminal.Err);
        return new Workplace
        {
            DataFolder = DataFolder,
            Credentials = Authorizations().Resolve,
            Clock = Terminal.Clock,
            Logs = _log.Value,
            ShowEmails = ShowEmails,
            Words = FindingWords.Of,
            Progress = progress,
            Platform = new LyticsPlatform(Terminal.Clock, _log.Value),
            Checkpoint = KillPoint.From(Terminal.Environment.GetValueOrDefault(KillPoint.Variable)),
        };
    }

    /// <summary>Prints the command's one JSON document.</summary>
    public void WriteJson<T>(T document) => JsonDocuments.Write(Terminal.RawOut, document);

    /// <summary>Says that something of a name was removed.</summary>
    public void WriteRemoved(string name)
    {
        if (Json)
        {
            WriteJson(new Removed(name, true));
        }
        else
        {
            Out.WriteLine($"{name}: removed");
        }
    }

    public void Dispose()
    {
        if (_log.IsValueCreated)
        {
            _log.Value.Dispose();
        }
    }

    private Lazy<LogFile> NewLog() => new(() => new LogFile(DataFolder, Terminal.Err, Terminal.Clock, ShowEmails, sayWarnings: Json, detailed: IsDebugging));

    private ExitCode Explain(Exception exception, CancellationToken cancellation)
    {
        if (IsDebugging)
        {
            Terminal.Err.WriteLine(exception.ToString());
        }

        switch (exception)
        {
            case RollcallException known:
                ErrorReport.Write(Terminal, Json, known.ExitCode, known.Problems);
                return known.ExitCode;

            case OperationCanceledException when cancellation.IsCancellationRequested:
                ErrorReport.Write(
                    Terminal, Json, ExitCode.Interrupted, [new Problem("Interrupted.", Todo: "Nothing is lost: run the same command again to continue.")]);
                return ExitCode.Interrupted;

            case var refused when FolderProblem.Of(refused, DataFolder) is { } problem:
                ErrorReport.Write(Terminal, Json, problem.ExitCode, problem.Problems);
                return problem.ExitCode;

            default:
                Unexpected(exception);
                return ExitCode.SomeNotDelivered;
        }
    }

    /// <summary>An unexpected error: the stack trace goes to the log, the user sees the message and where the log is.</summary>
    private void Unexpected(Exception exception)
    {
        string todo;
        try
        {
            Terminals.DataFolder.Create(DataFolder, Terminal.Err);
            _log.Value.WriteTrace(exception);
            todo = $"See the log for details: {_log.Value.Path}";
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            todo = $"A log could not be written to {DataFolder} either: {unwritable.Message}";
        }

        ErrorReport.WriteUnexpected(Terminal, Json, exception, todo);
    }
}
