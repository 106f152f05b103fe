using System.Text.RegularExpressions;

namespace Rollcall.Model;

/// <summary>Masks every email address in a text, whatever its origin.</summary>
public static partial class MaskedText
{
    /// <summary>The text with each address as <see cref="EmailMask"/> shows it.</summary>
    public static string Of(string text) => text.Contains('@', StringComparison.Ordinal) ? Address().Replace(text, found => EmailMask.Mask(found.Value)) : text;

    // Deliberately broad: anything before an @ and a domain may be a person's name. The user of a URL is masked too.
    [GeneratedRegex("""[^\s@"'<>(),;:=/]+@[^\s@"'<>(),;:=/]+""")]
    private static partial Regex Address();
}
