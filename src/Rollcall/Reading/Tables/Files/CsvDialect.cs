using System.Text;
using Rollcall.Model;

namespace Rollcall.Reading.Tables.Files;

/// <summary>How a CSV file is written; nothing is guessed.</summary>
/// <param name="Delimiter">The delimiter: one to four bytes of UTF-8.</param>
/// <param name="Encoding">The file's encoding.</param>
/// <param name="Types">Column to type; the others are text.</param>
internal sealed record CsvDialect(string Delimiter, Encoding Encoding, IReadOnlyDictionary<string, string> Types)
{
    /// <summary>Replaces a byte that the encoding does not have: no text of a real file contains this noncharacter.</summary>
    public const string Undecodable = "\uFFFF";

    static CsvDialect() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public bool IsUtf8 => Encoding is UTF8Encoding;

    public static CsvDialect Of(Jobs.FileTable table, string path)
    {
        var delimiter = table.Delimiter switch
        {
            null => FileKinds.Delimiter(path),
            "\\t" or "tab" => "\t",
            var other => other,
        };
        if (delimiter.Length == 0 || Encoding.UTF8.GetByteCount(delimiter) > 4 || delimiter.AsSpan().IndexOfAny("\"\r\n") >= 0)
        {
            throw new RollcallException(ExitCode.BadJob, $"\"{delimiter}\" cannot delimit columns.", table.Path, "Give one character, such as \",\" or \";\".");
        }

        return new CsvDialect(delimiter, Named(table, path), table.Types);
    }

    private static Encoding Named(Jobs.FileTable table, string path)
    {
        if (table.Encoding is null or "utf-8" or "utf8" or "UTF-8" or "UTF8")
        {
            return Encoding.UTF8;
        }

        try
        {
            var name = table.Encoding switch
            {
                "latin-1" => "iso-8859-1",
                "utf-16" when StartsBigEndian(path) => "utf-16BE",
                var other => other,
            };
            return Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, new DecoderReplacementFallback(Undecodable));
        }
        catch (ArgumentException e)
        {
            throw new RollcallException(
                ExitCode.BadJob,
                $"There is no encoding \"{table.Encoding}\".",
                table.Path,
                "Give one such as utf-8, windows-1252, iso-8859-1 or utf-16.",
                e);
        }
    }

    private static bool StartsBigEndian(string path)
    {
        using var text = TextFile.Open(path);
        Span<byte> mark = stackalloc byte[2];
        return text.ReadAtLeast(mark, 2, throwOnEndOfStream: false) == 2 && mark.SequenceEqual<byte>([0xFE, 0xFF]);
    }
}
