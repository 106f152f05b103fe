using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Rollcall.Store;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Spectre.Console;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace Rollcall.Cli.Logs;

/// <summary>
/// The log: a file per day in <c>logs/</c> of the data folder. Errors also go to standard error, and so do warnings that no report shows. Addresses are
/// masked unless <c>--show-emails</c> is given.
/// </summary>
internal sealed class LogFile : ILoggerFactory
{
    private readonly TimeProvider _clock;
    private readonly DayFiles _files;
    private readonly Logger _logger;
    private readonly SerilogLoggerFactory _factory;

    /// <param name="sayWarnings">Whether standard error shows warnings too.</param>
    /// <param name="detailed">Whether the file has every call.</param>
    public LogFile(string dataFolder, IAnsiConsole err, TimeProvider clock, bool showEmails, bool sayWarnings = false, bool detailed = false)
    {
        _clock = clock;
        var lines = new LogLine(clock, showEmails);
        var folder = System.IO.Path.Combine(dataFolder, "logs");
        _files = new DayFiles(folder, clock, lines, unwritable => err.WriteLine($"warning: The log cannot be written: {unwritable.Message}"));
        Links.Refuse(folder);
        Links.Refuse(Path);
        _logger = new LoggerConfiguration()
            .MinimumLevel.Is(detailed ? LogEventLevel.Debug : LogEventLevel.Information)
            .WriteTo.Sink(_files)
            .WriteTo.Sink(new SpokenLines(err, lines, sayWarnings ? LogEventLevel.Warning : LogEventLevel.Error))
            .CreateLogger();
        _factory = new SerilogLoggerFactory(_logger);
    }

    /// <summary>Today's file.</summary>
    public string Path => _files.PathOf(_clock.GetUtcNow());

    public ILogger CreateLogger(string categoryName) => _factory.CreateLogger(categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The log is one file.");

    /// <summary>Writes an exception with its stack trace, a line of it a line of the log.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void WriteTrace(Exception exception)
    {
        foreach (var line in exception.ToString().ReplaceLineEndings("\n").Split('\n'))
        {
            _logger.ForContext(Constants.SourceContextPropertyName, "Rollcall").Fatal("{Line}", line);
        }

        if (_files.Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    public void Dispose()
    {
        _factory.Dispose();
        _logger.Dispose();
    }
}
