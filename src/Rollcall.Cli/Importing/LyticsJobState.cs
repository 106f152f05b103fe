using System.Text.RegularExpressions;

namespace Rollcall.Cli.Importing;

/// <summary>What Lytics says a job does just now: the word of its answers' <c>status</c>, or of the older <c>state</c>.</summary>
/// <param name="Word">The word; null where Lytics says none.</param>
/// <param name="IsOld">Whether it is of <c>state</c>.</param>
internal sealed partial record LyticsJobState(string? Word, bool IsOld)
{
    private static readonly string[] Quietly = ["runnable", "running"];
    private static readonly string[] Live = ["runnable", "running", "sleeping", "initializing"];
    private static readonly string[] Paused = ["paused", "pausing"];

    /// <summary>Whether it says nothing that is worth a word.</summary>
    public bool IsOrdinary => Word is null || Is(Quietly);

    /// <summary>Whether Lytics runs it, if only after a pause: with a number of errors in a row it tries again.</summary>
    public bool Runs => Word is null || Is(Live) || Fault().IsMatch(Word);

    /// <summary>Whether Lytics holds it until somebody resumes it, and nothing else is known.</summary>
    public bool IsHeld => IsOld && Is(Paused);

    /// <summary>Whether nothing starts it again.</summary>
    public bool IsOver => !Runs && !Is(Paused);

    private bool Is(string[] words) => words.Contains(Word, StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex(@"^fault-[0-9]+\z", RegexOptions.IgnoreCase)]
    private static partial Regex Fault();
}
