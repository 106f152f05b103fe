using System.Text;
using System.Text.RegularExpressions;
using Rollcall.Model;
using Rollcall.Store;

namespace Rollcall.Running;

/// <summary>How a person's address is found: as a value of its own, and inside other text, there also as it stands in a URL.</summary>
internal sealed class Trace : IErased
{
    /// <summary>What stands where the address was.</summary>
    public const string Instead = "(forgotten)";

    private readonly Regex _inText;
    private readonly IReadOnlyList<string> _spellings;

    /// <param name="email">The address, as somebody wrote it.</param>
    public Trace(string email)
    {
        Email = email.Trim();
        MemberKey = Model.MemberKey.Of(email);
        _spellings = Model.MemberKey.Spellings(email);
        var spelled = string.Join('|', _spellings.Concat(_spellings.Select(Uri.EscapeDataString)).Distinct(StringComparer.Ordinal).Select(Regex.Escape));
        _inText = new Regex(
            $@"(?<![\p{{L}}\p{{N}}._%+\-])(?:{spelled})(?![\p{{L}}\p{{N}}\-]|\.[\p{{L}}\p{{N}}])",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
    }

    /// <summary>The address as written.</summary>
    public string Email { get; }

    /// <summary>Its key.</summary>
    public string MemberKey { get; }

    /// <summary>Whether a value is this address, however it is written.</summary>
    public bool Is(string? value) => value is not null && Model.MemberKey.Of(value) == MemberKey;

    /// <summary>Whether the address stands somewhere in a text; a longer address that only contains it is another.</summary>
    public bool IsIn(string? text) => text is not null && _inText.IsMatch(text);

    /// <summary>The text without the address.</summary>
    public string Erased(string text) => _inText.Replace(text, Instead);

    /// <summary>Whether a column is this address, in DuckDB.</summary>
    public string SqlIs(string column) => $"coalesce({MemberKeySql.Of(column)} = {SqlText.Literal(MemberKey)}, false)";

    /// <summary>Whether a column's text has the address, in DuckDB.</summary>
    public string SqlIsIn(string column) =>
        $"(coalesce({string.Join(" OR ", _spellings.Select(s => $"contains(lower({column}), lower({SqlText.Literal(s)}))"))}, false) "
        + $"AND regexp_matches({column}, {SqlText.Literal(Pattern)}, 'i'))";

    /// <summary>A column's text without the address, in DuckDB.</summary>
    public string SqlErased(string column) => $@"regexp_replace({column}, {SqlText.Literal(Pattern)}, '\1{Instead}\2', 'gi')";

    // DuckDB's expressions have no looking around: what precedes and follows is kept.
    private string Pattern => $@"(^|[^\p{{L}}\p{{N}}._%+\-])(?:{string.Join('|', _spellings.Select(Escaped))})($|[^\p{{L}}\p{{N}}.\-]|\.$|\.[^\p{{L}}\p{{N}}])";

    private static string Escaped(string spelling)
    {
        var text = new StringBuilder();
        foreach (var one in spelling)
        {
            text.Append(char.IsAscii(one) && !char.IsAsciiLetterOrDigit(one) ? "\\" : "").Append(one);
        }

        return text.ToString();
    }
}
