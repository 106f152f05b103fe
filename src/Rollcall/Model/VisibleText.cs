using System.Globalization;
using System.Text;

namespace Rollcall.Model;

/// <summary>
/// Makes characters visible that change how the rest of a text is shown: control characters, the escape of terminals, line ends, marks of writing direction.
/// A name or a message from elsewhere must not move the cursor, forge a log line, or turn a line around.
/// </summary>
public static class VisibleText
{
    /// <summary>The text on one line; each such character as <c>\n</c>, <c>\t</c> or <c>\u001B</c>.</summary>
    public static string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001F') && !text.Any(IsHidden))
        {
            return text;
        }

        var visible = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => visible.Append("\\n"),
                '\r' => visible.Append("\\r"),
                '\t' => visible.Append("\\t"),
                _ when IsHidden(c) => visible.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                _ => visible.Append(c),
            };
        }

        return visible.ToString();
    }

    // U+200C and U+200D join letters in some scripts and emoji: they stay.
    private static bool IsHidden(char c) => char.IsControl(c) || c is '\u061C' or '\u200B' or '\u200E' or '\u200F' or '\uFEFF'
        or (>= '\u2028' and <= '\u202E') or (>= '\u2060' and <= '\u206F');
}
