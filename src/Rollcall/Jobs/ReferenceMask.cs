using System.Text.RegularExpressions;

namespace Rollcall.Jobs;

/// <summary>
/// Allows <c>${NAME}</c> without quotes in <c>{password: ${NAME}}</c>, where YAML would read its braces as syntax:
/// while YAML is parsed, they are replaced by two characters that the file does not have.
/// </summary>
internal sealed partial class ReferenceMask
{
    private readonly char _open;
    private readonly char _close;

    private ReferenceMask(char open, char close) => (_open, _close) = (open, close);

    /// <summary>A mask of characters that <paramref name="text"/> does not have.</summary>
    public static ReferenceMask For(string text)
    {
        // 6,400 characters for private use: no job file has all of them.
        var free = Enumerable.Range(0xE000, 6400).Select(code => (char)code).Where(c => !text.Contains(c, StringComparison.Ordinal)).Take(2).ToArray();
        return free is [var open, var close] ? new(open, close) : new('{', '}');
    }

    /// <summary>The text with its references masked; every character keeps its position.</summary>
    public string Hide(string text) => Reference().Replace(text, found => $"${_open}{found.ValueSpan[2..^1]}{_close}");

    /// <summary>A masked text as the file has it.</summary>
    public string Show(string text) => text.Replace(_open, '{').Replace(_close, '}');

    [GeneratedRegex(@"\$\{[A-Za-z_][A-Za-z0-9_]*\}")]
    private static partial Regex Reference();
}
