namespace Rollcall.Reading.Tables;

/// <summary>Finds what a misspelt name may have meant.</summary>
internal static class Nearest
{
    /// <summary>"Did you mean" and up to three names within a third of the name's length; all names where they are few; null otherwise.</summary>
    public static string? Suggest(string name, IEnumerable<string> known)
    {
        var names = known.Where(candidate => candidate.Length > 0).ToList();
        var near = names
            .Select(candidate => (candidate, distance: Distance(name, candidate)))
            .Where(pair => pair.distance <= Math.Max(1, name.Length / 3) || pair.candidate.Contains(name, StringComparison.OrdinalIgnoreCase))
            .OrderBy(pair => pair.distance)
            .Take(3)
            .Select(pair => pair.candidate)
            .ToList();
        return near.Count > 0
            ? $"Did you mean {string.Join(" or ", near)}?"
            : names.Count is > 0 and <= 20 ? $"There are: {string.Join(", ", names)}." : null;
    }

    private static int Distance(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var current = new int[b.Length + 1];
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]);
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + (same ? 0 : 1));
            }

            previous = current;
        }

        return previous[b.Length];
    }
}
