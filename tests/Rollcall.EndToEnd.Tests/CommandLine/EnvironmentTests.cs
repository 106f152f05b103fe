using Rollcall.TestKit;
using Rollcall.TestKit.Processes;
using Xunit;

namespace Rollcall.EndToEnd.Tests.CommandLine;

/// <summary>Commands work with any environment variables.</summary>
public sealed class EnvironmentTests
{
    private static readonly Dictionary<string, string> Odd = new(StringComparer.Ordinal)
    {
        { "http_proxy", "http://127.0.0.1:1" },
        { "HTTP_PROXY", "http://127.0.0.1:1" },
        { "term", "xterm" },
        { "TERM", "" },
        { "tErM", "dumb" },
        { "ODD NAME", "a b" },
        { "ŌDD", "\u001b[31mé" },
        { "COLUMNS", "many" },
        { "LINES", "-1" },
        { "NO_COLOR", "" },
        { "no_color", "1" },
        { "EMPTY", "" },
    };

    [Theory]
    [InlineData("status")]
    [InlineData("status", "--json")]
    [InlineData("check", "--help")]
    public async Task Odd_variables_stop_no_command(params string[] arguments)
    {
        using var folder = new TempFolder();
        var result = await RollcallProcess.RunAsync(folder.Path, arguments, Odd);

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.DoesNotContain("did not expect", result.Errors, StringComparison.Ordinal);
    }
}
