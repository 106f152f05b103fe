using Serilog.Core;
using Serilog.Events;
using Spectre.Console;

namespace Rollcall.Cli.Logs;

/// <summary>Shows the lines from a level on at standard error too, except stack traces, whose error is reported by itself.</summary>
internal sealed class SpokenLines(IAnsiConsole err, LogLine lines, LogEventLevel from) : ILogEventSink
{
    private readonly Lock _guard = new();

    public void Emit(LogEvent logEvent)
    {
        if (logEvent.Level < from || logEvent.Level == LogEventLevel.Fatal)
        {
            return;
        }

        lock (_guard)
        {
            err.WriteLine($"{LogLine.Word(logEvent.Level)}: {lines.Message(logEvent)}");
        }
    }
}
