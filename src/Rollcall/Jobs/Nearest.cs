namespace Rollcall.Jobs;

/// <summary>Suggests a correction for a mistyped word.</summary>
public static class Nearest
{
    /// <summary>The known word nearest to <paramref name="written"/>; null when none is near enough. Case, and - or _, do not count.</summary>
    public static string? To(string written, IEnumerable<string> known)
    {
        if (written.Length > 100)
        {
            return null;
        }

        // At most a third of the letters may differ, or two of a word of more than three letters.
        var limit = written.Length <= 3 ? 1 : Math.Max(2, written.Length / 3);
        var words = known.ToList();
        return words
            .Select(word => (word, distance: Distance(Plain(written), Plain(word), limit)))
            .Where(one => one.distance <= limit)
            .OrderBy(one => one.distance)
            .Select(one => one.word)
            .FirstOrDefault()
            ?? words.FirstOrDefault(word => written.Length >= 4 && word.Contains(written, StringComparison.OrdinalIgnoreCase));
    }

    private static string Plain(string word) => word.ToLowerInvariant().Replace('-', '_');

    /// <summary>Insertions, deletions, replacements and swaps of neighbours from one word to another, or more than <paramref name="limit"/>.</summary>
    internal static int Distance(string from, string to, int limit)
    {
        if (Math.Abs(from.Length - to.Length) > limit)
        {
            return limit + 1;
        }

        var rows = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
        {
            for (var j = 0; j <= to.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }

                var cost = from[i - 1] == to[j - 1] ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[from.Length, to.Length];
    }
}
