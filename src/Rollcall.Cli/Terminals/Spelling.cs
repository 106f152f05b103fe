using System.CommandLine.Parsing;

namespace Rollcall.Cli.Terminals;

/// <summary>Suggests a correction for a mistyped word.</summary>
internal static class Spelling
{
    /// <summary>The known word with the fewest edits, at most a third of its letters plus one; null when none is that close.</summary>
    public static string? Nearest(string word, IEnumerable<string> known) =>
        known.Select(candidate => (candidate, distance: Distance(word, candidate)))
            .Where(one => one.distance <= (one.candidate.Length / 3) + 1)
            .OrderBy(one => one.distance)
            .Select(one => one.candidate)
            .FirstOrDefault();

    /// <summary>A command's words, from the program's name on.</summary>
    public static IEnumerable<string> Path(this CommandResult command) =>
        (command.Parent as CommandResult)?.Path().Append(command.Command.Name) ?? ["rollcall"];

    private static int Distance(string from, string to)
    {
        var above = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = above[0];
            above[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var change = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = above[j];
                above[j] = Math.Min(change, Math.Min(above[j], above[j - 1]) + 1);
            }
        }

        return above[to.Length];
    }
}
