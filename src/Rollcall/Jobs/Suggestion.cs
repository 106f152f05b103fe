namespace Rollcall.Jobs;

/// <summary>What to do about an unknown word.</summary>
internal static class Suggestion
{
    public static string For(string written, IEnumerable<string> known)
    {
        var words = known.ToList();
        if (Nearest.To(written, words) is { } near)
        {
            return $"Did you mean {JobScalar.Show(near)[1..^1]}?";
        }

        var shown = words.Take(10).Select(word => JobScalar.Show(word)[1..^1]);
        return words.Count == 0 ? "There are none." : $"Known: {string.Join(", ", shown)}{(words.Count > 10 ? ", ..." : "")}.";
    }
}
