namespace Rollcall.Cli.Reports;

/// <summary>The lines that one text has and another has not: a few thousand lines at most.</summary>
internal static class LineChanges
{
    /// <summary>Lines taken out, after <c>- </c>, and lines put in, after <c>+ </c>, in the order of the texts. Lines that stay are not shown.</summary>
    public static IReadOnlyList<string> Of(string before, string after)
    {
        string[] from = Lines(before), to = Lines(after);
        var start = from.Zip(to).TakeWhile(pair => pair.First == pair.Second).Count();
        var end = from[start..].Reverse().Zip(to[start..].Reverse()).TakeWhile(pair => pair.First == pair.Second).Count();
        return Between(from[start..(from.Length - end)], to[start..(to.Length - end)]);
    }

    private static string[] Lines(string text) => text.Length == 0 ? [] : [.. text.Split('\n').Select(line => line.TrimEnd('\r'))];

    /// <summary>By the longest common subsequence; beyond a few million comparisons all lines count as changed.</summary>
    private static List<string> Between(string[] from, string[] to)
    {
        if ((long)from.Length * to.Length > 4_000_000)
        {
            return [.. from.Select(line => "- " + line), .. to.Select(line => "+ " + line)];
        }

        var common = new int[from.Length + 1, to.Length + 1];
        for (var i = from.Length - 1; i >= 0; i--)
        {
            for (var j = to.Length - 1; j >= 0; j--)
            {
                common[i, j] = from[i] == to[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var changes = new List<string>();
        for (int i = 0, j = 0; i < from.Length || j < to.Length;)
        {
            if (i < from.Length && j < to.Length && from[i] == to[j])
            {
                (i, j) = (i + 1, j + 1);
            }
            else if (i < from.Length && (j == to.Length || common[i + 1, j] >= common[i, j + 1]))
            {
                changes.Add("- " + from[i++]);
            }
            else
            {
                changes.Add("+ " + to[j++]);
            }
        }

        return changes;
    }
}
