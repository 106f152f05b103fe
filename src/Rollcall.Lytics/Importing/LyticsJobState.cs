using System.Text.RegularExpressions;

namespace Rollcall.Lytics.Importing;

/// <summary>A job's state in Lytics: the value of <c>status</c>, or of the older <c>state</c>.</summary>
/// <param name="Word">The value; null when Lytics gives none.</param>
/// <param name="IsOld">Whether it is the value of <c>state</c>.</param>
internal sealed partial record LyticsJobState(string? Word, bool IsOld)
{
    private static readonly string[] Quietly = ["runnable", "running"];
    private static readonly string[] Live = ["runnable", "running", "sleeping", "initializing"];
    private static readonly string[] Paused = ["paused", "pausing"];

    /// <summary>Whether there is nothing to report.</summary>
    public bool IsOrdinary => Word is null || Is(Quietly);

    /// <summary>Whether Lytics runs it, perhaps after a pause: it retries after repeated errors.</summary>
    public bool Runs => Word is null || Is(Live) || Fault().IsMatch(Word);

    /// <summary>Whether it is paused until someone resumes it, and nothing else is known.</summary>
    public bool IsHeld => IsOld && Is(Paused);

    /// <summary>Whether it will not start again.</summary>
    public bool IsOver => !Runs && !Is(Paused);

    private bool Is(string[] words) => words.Contains(Word, StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex(@"^fault-[0-9]+\z", RegexOptions.IgnoreCase)]
    private static partial Regex Fault();
}
