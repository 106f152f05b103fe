using Rollcall.Work;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Rollcall.Model;
using Rollcall.Store;
using Spectre.Console;

namespace Rollcall.Cli.Terminals;

/// <summary>
/// The log: one file per day in <c>logs/</c> of the data folder, readable only by its owner and deleted after 30 days.
/// One entry is one line, whatever a message contains. Errors also go to standard error, and so do warnings that no report shows. Addresses are
/// masked unless <c>--show-emails</c> is given.
/// </summary>
internal sealed class LogFile : ILoggerFactory
{
    private const int DaysKept = 30;

    private readonly Lock _lock = new();
    private readonly string _folder;
    private readonly IAnsiConsole _err;
    private readonly TimeProvider _clock;
    private readonly bool _showEmails;
    private readonly LogLevel _said;
    private StreamWriter? _writer;

    public LogFile(string dataFolder, IAnsiConsole err, TimeProvider clock, bool showEmails, bool sayWarnings = false)
    {
        _folder = System.IO.Path.Combine(dataFolder, "logs");
        _err = err;
        _clock = clock;
        _showEmails = showEmails;
        _said = sayWarnings ? LogLevel.Warning : LogLevel.Error;
        Path = System.IO.Path.Combine(_folder, $"rollcall-{clock.GetUtcNow():yyyy-MM-dd}.log");
    }

    public string Path { get; }

    public ILogger CreateLogger(string categoryName) => new Lines(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The log is one file.");

    /// <summary>Writes an exception with its stack trace.</summary>
    public void WriteTrace(Exception exception)
    {
        foreach (var line in exception.ToString().ReplaceLineEndings("\n").Split('\n'))
        {
            Write(LogLevel.Critical, "Rollcall", line);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _writer?.Dispose();
            _writer = null;
        }
    }

    private void Write(LogLevel level, string category, string message)
    {
        var secret = Secrets.Mask(message);
        var text = VisibleText.Of(_showEmails ? secret : MaskedText.Of(secret));
        var time = _clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        lock (_lock)
        {
            _writer ??= Open();
            _writer.WriteLine($"{time} {Word(level)} {category}: {text}");
            if (level >= _said && level != LogLevel.Critical)
            {
                _err.WriteLine($"{Word(level)}: {text}");
            }
        }
    }

    private StreamWriter Open()
    {
        Links.Refuse(_folder);
        Links.Refuse(Path);
        FileModes.CreateFolder(_folder);
        var oldest = $"rollcall-{_clock.GetUtcNow().AddDays(-DaysKept):yyyy-MM-dd}.log";
        foreach (var old in Directory.EnumerateFiles(_folder, "rollcall-*.log"))
        {
            if (string.CompareOrdinal(System.IO.Path.GetFileName(old), oldest) < 0)
            {
                File.Delete(old);
            }
        }

        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        return new StreamWriter(Path, options.ForOwner()) { AutoFlush = true };
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        LogLevel.Critical => "critical",
        LogLevel.Debug or LogLevel.Trace => "debug",
        _ => "info",
    };

    private sealed class Lines(LogFile file, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                file.Write(logLevel, category, formatter(state, exception) + (exception is null ? "" : $": {exception.Message}"));
            }
        }
    }
}
