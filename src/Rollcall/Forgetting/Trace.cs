using System.Text;
using System.Text.RegularExpressions;

namespace Rollcall.Forgetting;

/// <summary>How a person's address is found: as a value of its own, and inside other text, there also as it stands in a URL.</summary>
internal sealed class Trace
{
    /// <summary>What stands where the address was.</summary>
    public const string Instead = "(forgotten)";

    private readonly Regex inText;

    public Trace(string memberKey)
    {
        MemberKey = memberKey;
        inText = new Regex(
            $@"(?<![\p{{L}}\p{{N}}._%+\-])(?:{Regex.Escape(memberKey)}|{Regex.Escape(Uri.EscapeDataString(memberKey))})(?![\p{{L}}\p{{N}}\-]|\.[\p{{L}}\p{{N}}])",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
    }

    /// <summary>The address, trimmed and in lower case.</summary>
    public string MemberKey { get; }

    /// <summary>Whether a value is this address.</summary>
    public bool Is(string? value) => value is not null && string.Equals(value.Trim(), MemberKey, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the address stands somewhere in a text; a longer address that only contains it is another.</summary>
    public bool IsIn(string? text) => text is not null && inText.IsMatch(text);

    /// <summary>The text without the address.</summary>
    public string Erased(string text) => inText.Replace(text, Instead);

    /// <summary>Whether a column is this address, in DuckDB.</summary>
    public string SqlIs(string column) => $"coalesce(lower(trim({column})) = {SqlText.Literal(MemberKey)}, false)";

    /// <summary>Whether a column's text has the address, in DuckDB.</summary>
    public string SqlIsIn(string column) => $"(coalesce(contains(lower({column}), {SqlText.Literal(MemberKey)}), false) AND regexp_matches({column}, {SqlText.Literal(Pattern)}, 'i'))";

    /// <summary>A column's text without the address, in DuckDB.</summary>
    public string SqlErased(string column) => $@"regexp_replace({column}, {SqlText.Literal(Pattern)}, '\1{Instead}\2', 'gi')";

    // DuckDB's expressions have no looking around: what precedes and follows is kept.
    private string Pattern => $@"(^|[^\p{{L}}\p{{N}}._%+\-]){Escaped}($|[^\p{{L}}\p{{N}}.\-]|\.$|\.[^\p{{L}}\p{{N}}])";

    private string Escaped
    {
        get
        {
            var text = new StringBuilder();
            foreach (var one in MemberKey)
            {
                text.Append(char.IsAscii(one) && !char.IsAsciiLetterOrDigit(one) ? "\\" : "").Append(one);
            }

            return text.ToString();
        }
    }
}
