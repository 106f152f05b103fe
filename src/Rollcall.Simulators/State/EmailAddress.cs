namespace Rollcall.Simulators.State;

/// <summary>What passes for an email address: generous in the local part, as mail servers are.</summary>
internal static class EmailAddress
{
    private const int MaxLength = 256;

    /// <summary>Null when it passes; else the import's failure code.</summary>
    public static string? Fault(string email)
    {
        email = ComposedText.Of(email);
        var at = email.LastIndexOf('@');
        if (at < 1 || at == email.Length - 1 || email.Length > MaxLength)
        {
            return "InvalidEmail";
        }

        var local = email.AsSpan(0, at);
        var quoted = local.Length > 2 && local[0] == '"' && local[^1] == '"';
        foreach (var c in local)
        {
            if (char.IsControl(c) || (!quoted && (char.IsWhiteSpace(c) || c is '@' or '"' or ',' or ';' or '<' or '>' or '(' or ')')))
            {
                return "InvalidEmail";
            }
        }

        return local[0] == '.' || local[^1] == '.' || local.Contains("..", StringComparison.Ordinal)
            ? "InvalidEmail"
            : DomainFault(email[(at + 1)..]);
    }

    public static string Domain(string email) => email[(email.LastIndexOf('@') + 1)..];

    private static string? DomainFault(string domain)
    {
        var labels = domain.Split('.');
        return labels.Length >= 2 && labels.All(IsLabel) ? null : "InvalidDomain";
    }

    private static bool IsLabel(string label) =>
        label.Length is >= 1 and <= 63
        && label[0] != '-' && label[^1] != '-'
        && label.All(c => char.IsLetterOrDigit(c) || c == '-');
}
