using System.Globalization;
using Rollcall.Model;
using Rollcall.Store;
using Rollcall.Work;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Sinks.File;

namespace Rollcall.Cli.Logs;

/// <summary>
/// One file per day (UTC) of the given clock, readable only by its owner, deleted after 30 days. Several processes may append to one at the same time. A
/// log that cannot be written is reported once and stops nothing.
/// </summary>
/// <param name="unwritable">Told of the first line that could not be written, and again after one that could.</param>
internal sealed class DayFiles(string folder, TimeProvider clock, ITextFormatter lines, Action<Exception> unwritable) : ILogEventSink, IDisposable
{
    private const int DaysKept = 30;

    private static readonly TimeSpan Often = TimeSpan.FromSeconds(1);

    private readonly Lock _guard = new();
    private Logger? _file;
    private string? _path;
    private DateTime _created;
    private long _looked;

    /// <summary>Why the last line could not be written; null when it was.</summary>
    public Exception? Failure { get; private set; }

    public string PathOf(DateTimeOffset moment) => Path.Combine(folder, Name(moment));

    public void Emit(LogEvent logEvent)
    {
        lock (_guard)
        {
            try
            {
                Today().Write(logEvent);
                Failure = null;
            }
            catch (Exception e) when (Cause(e) is IOException or UnauthorizedAccessException or RollcallException)
            {
                Close();
                if (Failure is null)
                {
                    unwritable(Cause(e));
                }

                Failure = Cause(e);
            }
        }
    }

    public void Dispose()
    {
        lock (_guard)
        {
            Close();
        }
    }

    private static string Name(DateTimeOffset moment) => string.Create(CultureInfo.InvariantCulture, $"rollcall-{moment.UtcDateTime:yyyy-MM-dd}.log");

    // An audited sink wraps what went wrong.
    private static Exception Cause(Exception e) => e is AggregateException { InnerExceptions: [var only] } ? only : e;

    private Logger Today()
    {
        var path = PathOf(clock.GetUtcNow());
        if (_file is null || path != _path || IsReplaced())
        {
            Close();
            _file = Open(path);
            (_path, _created, _looked) = (path, File.GetCreationTimeUtc(path), clock.GetTimestamp());
        }

        return _file;
    }

    /// <summary>Whether somebody deleted the file meanwhile, or rewrote it without a person.</summary>
    private bool IsReplaced()
    {
        if (clock.GetElapsedTime(_looked) < Often)
        {
            return false;
        }

        _looked = clock.GetTimestamp();
        return !File.Exists(_path) || File.GetCreationTimeUtc(_path!) != _created;
    }

    private Logger Open(string path)
    {
        Links.Refuse(folder);
        Links.Refuse(path);
        FileModes.CreateFolder(folder);
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        new FileStream(path, options.ForOwner()).Dispose();
        var oldest = Name(clock.GetUtcNow().AddDays(-DaysKept));
        foreach (var old in Directory.EnumerateFiles(folder, "rollcall-*.log"))
        {
            if (string.CompareOrdinal(Path.GetFileName(old), oldest) < 0)
            {
                File.Delete(old);
            }
        }

        return new LoggerConfiguration().MinimumLevel.Verbose().AuditTo.File(lines, path, hooks: new Appended()).CreateLogger();
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    /// <summary>A line is one write at the end of the file, wherever another process has brought that meanwhile.</summary>
    private sealed class Appended : FileLifecycleHooks
    {
        private const int LongestLine = 64 * 1024;

        public override Stream OnFileOpened(string path, Stream underlyingStream, System.Text.Encoding encoding)
        {
            FileModes.AppendOnly(((FileStream)underlyingStream).SafeFileHandle);
            return new BufferedStream(underlyingStream, LongestLine);
        }
    }
}
