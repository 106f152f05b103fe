using System.Text.RegularExpressions;
using Rollcall.Model;

namespace Rollcall.Cli.Terminals;

/// <summary>Masks every email address in a text, whatever its origin.</summary>
internal static partial class MaskedText
{
    public static string Of(string text) => text.Contains('@', StringComparison.Ordinal) ? Address().Replace(text, found => EmailMask.Mask(found.Value)) : text;

    // Deliberately broad: anything before an @ and a domain may be a person's name. The user of a URL is masked too.
    [GeneratedRegex("""[^\s@"'<>(),;:=/]+@[^\s@"'<>(),;:=/]+""")]
    private static partial Regex Address();
}
