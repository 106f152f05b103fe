using System.Globalization;
using System.Text;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Rollcall.Running;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace Rollcall.Cli.Logs;

/// <summary>
/// Writes an event as one line, whatever its message contains: time, level, source, the run, job and account that it belongs to, and the message, without
/// secrets.
/// </summary>
internal sealed class LogLine(TimeProvider clock, bool showEmails) : ITextFormatter
{
    private static readonly (string Property, string Word)[] Scope = [(RunScope.Run, "run"), (RunScope.Job, "job"), (RunScope.Account, "account")];

    private readonly MessageTemplateTextFormatter _message = new("{Message:lj}", CultureInfo.InvariantCulture);

    public static string Word(LogEventLevel level) => level switch
    {
        LogEventLevel.Warning => "warning",
        LogEventLevel.Error => "error",
        LogEventLevel.Fatal => "critical",
        LogEventLevel.Debug or LogEventLevel.Verbose => "debug",
        _ => "info",
    };

    public void Format(LogEvent logEvent, TextWriter output)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{clock.GetUtcNow().UtcDateTime:yyyy-MM-ddTHH:mm:ss.fff}Z {Word(logEvent.Level)} ");
        var source = Text(logEvent, Constants.SourceContextPropertyName) ?? "Rollcall";
        line.Append(source.AsSpan(source.LastIndexOf('.') + 1));
        foreach (var (property, word) in Scope)
        {
            if (Text(logEvent, property) is { } value)
            {
                line.Append(CultureInfo.InvariantCulture, $" {word}={Shown(value)}");
            }
        }

        line.Append(": ").Append(Message(logEvent)).Append('\n');
        output.Write(line.ToString());
    }

    /// <summary>The message alone, as it may be shown.</summary>
    public string Message(LogEvent logEvent)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        _message.Format(logEvent, text);
        if (logEvent.Exception is { } exception)
        {
            text.Write($": {exception.Message}");
        }

        return Shown(text.ToString());
    }

    private static string? Text(LogEvent logEvent, string property) =>
        logEvent.Properties.GetValueOrDefault(property) is ScalarValue { Value: { } value } ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;

    private string Shown(string text)
    {
        var secret = Secrets.Mask(text);
        return VisibleText.Of(showEmails ? secret : MaskedText.Of(secret));
    }
}
