using System.Diagnostics;
using System.Globalization;

namespace Rollcall.Cli.Terminals;

/// <summary>
/// Ends the process as <c>kill -9</c> does at the Nth checkpoint of a kind, for crash tests: <c>ROLLCALL_KILL_AT=commit:5</c>. Kinds are those of
/// <see cref="Rollcall.Running.Workplace.Checkpoint"/>.
/// </summary>
internal static class KillPoint
{
    public const string Variable = "ROLLCALL_KILL_AT";

    /// <summary>The callback for checkpoints; null when none was requested.</summary>
    public static Action<string>? From(string? text)
    {
        if (text?.Split(':') is not [var kind, var number] || !int.TryParse(number, CultureInfo.InvariantCulture, out var nth))
        {
            return null;
        }

        var seen = 0;
        return reached =>
        {
            if (reached == kind && Interlocked.Increment(ref seen) == nth)
            {
                Process.GetCurrentProcess().Kill();
            }
        };
    }
}
