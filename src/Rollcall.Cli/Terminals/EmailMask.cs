using System.Text.RegularExpressions;

namespace Rollcall.Cli.Terminals;

/// <summary>Hides addresses in log lines: <c>ada@example.com</c> becomes <c>a***@example.com</c>.</summary>
internal static partial class EmailMask
{
    public static string Apply(string text) => text.Contains('@', StringComparison.Ordinal) ? Address().Replace(text, "$1***@$2") : text;

    // Wide on purpose: whatever stands before an @ that a domain follows may be somebody's name. A URL's user is masked too.
    [GeneratedRegex("""([^\s@"'<>(),;:=/*])[^\s@"'<>(),;:=/]*@([^\s@"'<>(),;:=/]+)""")]
    private static partial Regex Address();
}
