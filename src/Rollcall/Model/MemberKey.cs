using System.Globalization;
using System.Text;

namespace Rollcall.Model;

/// <summary>
/// The only way from an address to the key a person is known by. Addresses with different keys are two people. Dotdigital is sent the address as
/// written, trimmed, and may answer in another spelling: what comes back is keyed here too.
/// </summary>
internal static class MemberKey
{
    private static readonly IdnMapping Idna = new();

    /// <summary>
    /// The key: Unicode white space trimmed, composed (NFC), the domain in its ASCII form where it has one, and a letter in lower case only where upper
    /// case gives the same letter back. So the Kelvin sign is a k, and the dotted capital I remains what it is, whatever the language.
    /// </summary>
    public static string Of(string address)
    {
        var text = address.Trim();
        if (Ascii.IsValid(text))
        {
            return text.ToLowerInvariant();
        }

        // Letters in lower case may compose where their capitals do not.
        text = CanonicalForm.Compose(Lower(CanonicalForm.Compose(text)));
        var at = text.LastIndexOf('@') + 1;
        return at == 0 || Ascii.IsValid(text.AsSpan(at)) ? text : string.Concat(text.AsSpan(0, at), Domain(text[at..]));
    }

    /// <summary>How one person's address may stand in a text, but for case: as written, as its key, and with the domain as people read it.</summary>
    public static IReadOnlyList<string> Spellings(string address)
    {
        var (written, key) = (address.Trim(), Of(address));
        var at = key.LastIndexOf('@') + 1;
        return [.. new[] { written, CanonicalForm.Compose(written), key,
            string.Concat(key.AsSpan(0, at), Readable(key[at..])) }.Distinct(StringComparer.Ordinal)];
    }

    private static string Readable(string domain)
    {
        try
        {
            return Idna.GetUnicode(domain);
        }
        catch (ArgumentException)
        {
            return domain;
        }
    }

    private static string Lower(string text)
    {
        var lower = new StringBuilder(text.Length);
        Span<char> units = stackalloc char[2];
        foreach (var rune in text.EnumerateRunes())
        {
            var small = Rune.ToLowerInvariant(rune);
            lower.Append(units[..(Rune.ToUpperInvariant(small) == rune ? small : rune).EncodeToUtf16(units)]);
        }

        return lower.ToString();
    }

    private static string Domain(string domain)
    {
        try
        {
            return Idna.GetAscii(domain).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return domain;
        }
    }
}
