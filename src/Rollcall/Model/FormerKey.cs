using System.Text;

namespace Rollcall.Model;

/// <summary>How versions before <see cref="MemberKey"/> keyed an address: what is known by a hash only was hashed so, and cannot be given a new key.</summary>
internal static class FormerKey
{
    private const int DottedCapitalI = 0x130;

    /// <summary>Trimmed, each letter in lower case as DuckDB makes it.</summary>
    public static string Of(string address)
    {
        var lower = new StringBuilder(address.Length);
        foreach (var rune in address.Trim().EnumerateRunes())
        {
            lower.Append(rune.Value == DottedCapitalI ? "i" : Rune.ToLowerInvariant(rune).ToString());
        }

        return lower.ToString();
    }

    /// <summary>The same of a trimmed address, in DuckDB.</summary>
    public static string Sql(string email) => $"lower({email})";
}
