using System.Text;
using System.Text.RegularExpressions;
using Rollcall.Model;

namespace Rollcall.Jobs;

/// <summary><c>${NAME}</c> in a value: the environment variable's value. <c>$${</c> is a plain <c>${</c>.</summary>
internal static partial class EnvironmentReferences
{
    /// <summary>The text with its references replaced; null, with the reason, when one cannot be.</summary>
    public static string? Expand(string text, Func<string, string?> environment, out string? wrong, out string? todo)
    {
        (wrong, todo) = (null, null);
        var missing = new List<string>();
        var expanded = new StringBuilder(text.Length);
        var end = 0;
        foreach (var match in Reference().EnumerateMatches(text))
        {
            expanded.Append(text, end, match.Index - end);
            end = match.Index + match.Length;
            var found = text.AsSpan(match.Index, match.Length);
            if (found is "$${")
            {
                expanded.Append("${");
                continue;
            }

            if (found is "${")
            {
                (wrong, todo) = ("has ${ without a name and a closing brace.", "Write ${NAME} for the environment variable NAME, or $${ for a plain ${.");
                return null;
            }

            var name = found[2..^1].ToString();
            if (environment(name) is { } value)
            {
                expanded.Append(IsSecret(name) ? Secrets.Keep(value) : value);
            }
            else if (!missing.Contains(name))
            {
                missing.Add(name);
            }
        }

        if (missing.Count > 0)
        {
            var (variables, are, them) = missing.Count == 1 ? ("variable", "is", "it") : ("variables", "are", "them");
            wrong = $"the environment {variables} {string.Join(" and ", missing)} {are} not set.";
            todo = $"Set {them}, for example: export {missing[0]}=...";
            return null;
        }

        return expanded.Append(text, end, text.Length - end).ToString();
    }

    /// <summary>Whether a variable's name says that its value is secret; others hold audiences, books or dates, which results have to show.</summary>
    private static bool IsSecret(string name) => SecretName().IsMatch(name);

    [GeneratedRegex("PASS|PWD|SECRET|TOKEN|KEY|CRED|AUTH", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();

    [GeneratedRegex(@"\$\$\{|\$\{[A-Za-z_][A-Za-z0-9_]*\}|\$\{")]
    private static partial Regex Reference();
}
