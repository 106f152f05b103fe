using System.Text;

namespace Rollcall.Simulators.Lytics;

/// <summary>
/// Records with commas, or another separator, between the values, and double quotes around values that contain such characters, quotes or line ends.
/// </summary>
internal static class CsvRecords
{
    /// <exception cref="FormatException">A quote is not closed, or at an invalid position.</exception>
    public static IEnumerable<IReadOnlyList<string>> Read(string text, char delimiter = ',')
    {
        var record = new List<string>();
        var value = new StringBuilder();
        var at = 0;
        while (at < text.Length)
        {
            at = ReadValue(text, at, value, delimiter);
            record.Add(value.ToString());
            if (at < text.Length && text[at] == delimiter)
            {
                at++;
                if (at < text.Length)
                {
                    continue;
                }

                record.Add("");
            }

            at += at < text.Length && text[at] == '\r' ? 1 : 0;
            at += at < text.Length && text[at] == '\n' ? 1 : 0;
            yield return [.. record];
            record.Clear();
        }
    }

    /// <returns>The end of the value.</returns>
    private static int ReadValue(string text, int at, StringBuilder value, char delimiter)
    {
        value.Clear();
        if (text[at] != '"')
        {
            var end = text.AsSpan(at).IndexOfAny(delimiter, '\r', '\n');
            end = end < 0 ? text.Length : at + end;
            value.Append(text, at, end - at);
            return end;
        }

        for (at++; at < text.Length; at++)
        {
            if (text[at] != '"')
            {
                value.Append(text[at]);
            }
            else if (at + 1 < text.Length && text[at + 1] == '"')
            {
                value.Append('"');
                at++;
            }
            else
            {
                return at + 1 == text.Length || text[at + 1] == delimiter || text[at + 1] is '\r' or '\n'
                    ? at + 1
                    : throw new FormatException("there is text after a closing quote");
            }
        }

        throw new FormatException("a quote is not closed");
    }
}
