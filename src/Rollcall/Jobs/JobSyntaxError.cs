using System.Text.RegularExpressions;
using YamlDotNet.Core;

namespace Rollcall.Jobs;

/// <summary>The YAML library's errors in words for the person who wrote the file.</summary>
internal static partial class JobSyntaxError
{
    public static (Position At, string Message, string? Todo) Explain(YamlException wrong, string text)
    {
        var at = new Position((int)wrong.Start.Line, (int)wrong.Start.Column);
        var said = Place().Replace(wrong.Message, "").TrimEnd('.', ' ');
        if ((Says("tab") || Says("cannot start any token")) && TabAtOrAfter(text, at.Line) is { } tab)
        {
            return (tab, "the line is indented with a tab; YAML wants spaces.", "Replace the tab with spaces.");
        }

        var todo = Says("invalid mapping") ? "Put text that contains ': ' between quotes, and give every key a line of its own."
            : Says("cannot start any token") ? "Put text that starts with @, `, % or another sign between quotes."
            : Says("after this") ? "Is a quote or a bracket left open, or an escape wrong?"
            : Says("end of stream") ? "Is a quote left open?"
            : Says("',' or") ? "Is a bracket left open, or a comma missing?"
            : Says("escape") ? "In double quotes a backslash is written twice; in single quotes once."
            : "Is a line indented more or less than its neighbours?";
        return (at, $"this is not YAML: {char.ToLowerInvariant(said[0])}{said[1..]}.", todo);

        bool Says(string words) => said.Contains(words, StringComparison.OrdinalIgnoreCase);
    }

    private static Position? TabAtOrAfter(string text, int line)
    {
        var lines = text.Split('\n');
        for (var i = Math.Max(0, line - 1); i < lines.Length; i++)
        {
            var indent = lines[i].Length - lines[i].TrimStart(' ', '\t').Length;
            if (lines[i].AsSpan(0, indent).IndexOf('\t') is var tab and >= 0 && indent < lines[i].TrimEnd().Length)
            {
                return new Position(i + 1, tab + 1);
            }
        }

        return null;
    }

    [GeneratedRegex(@"[.\s]*\(?Line: \d+, Col: \d+, Idx: \d+\)?.*$", RegexOptions.Singleline)]
    private static partial Regex Place();
}
