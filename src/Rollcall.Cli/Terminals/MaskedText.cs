using System.Text.RegularExpressions;

namespace Rollcall.Cli.Terminals;

/// <summary>Hides every address in a text, whoever wrote it there.</summary>
internal static partial class MaskedText
{
    public static string Of(string text) => text.Contains('@', StringComparison.Ordinal) ? Address().Replace(text, found => EmailMask.Mask(found.Value)) : text;

    // Wide on purpose: whatever stands before an @ that a domain follows may be somebody's name. A URL's user is masked too.
    [GeneratedRegex("""[^\s@"'<>(),;:=/]+@[^\s@"'<>(),;:=/]+""")]
    private static partial Regex Address();
}
