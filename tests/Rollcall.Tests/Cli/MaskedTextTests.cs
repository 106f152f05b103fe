using Rollcall.Cli.Logs;
using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Cli;

public sealed class MaskedTextTests
{
    [Theory]
    [InlineData("ada@example.com", "a***@e***.com")]
    [InlineData("for <ada.lovelace+x@example.co.uk>, bob@example.org!", "for <a***@e***.uk>, b***@e***.org!")]
    [InlineData("o'brien@example.com", "o'b***@e***.com")]
    [InlineData("nobody here", "nobody here")]
    [InlineData("an @ alone", "an @ alone")]
    public void Addresses_are_masked_everywhere(string text, string masked) => Assert.Equal(masked, MaskedText.Of(text));

    [Fact]
    public async Task The_log_masks_addresses_unless_they_are_asked_for()
    {
        using var terminal = new RecordedTerminal();
        using (var log = new LogFile(terminal.Folder.Path, terminal.Terminal.Err, terminal.Clock, showEmails: false))
        {
            log.WriteTrace(new InvalidOperationException("no place for ada@example.com"));
        }

        using (var log = new LogFile(terminal.Folder["open"], terminal.Terminal.Err, terminal.Clock, showEmails: true))
        {
            log.WriteTrace(new InvalidOperationException("no place for ada@example.com"));
        }

        var cancellation = TestContext.Current.CancellationToken;
        var masked = await File.ReadAllTextAsync(terminal.Folder["logs/rollcall-2026-11-24.log"], cancellation);
        Assert.Equal("2026-11-24T06:00:00.000Z critical Rollcall: System.InvalidOperationException: no place for a***@e***.com", masked.TrimEnd());
        Assert.Contains(
            "ada@example.com", await File.ReadAllTextAsync(terminal.Folder["open/logs/rollcall-2026-11-24.log"], cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public void Logs_of_more_than_thirty_days_ago_are_dropped()
    {
        using var terminal = new RecordedTerminal();
        terminal.Folder.Write("logs/rollcall-2026-10-24.log", "old");
        terminal.Folder.Write("logs/rollcall-2026-10-25.log", "kept");
        using var log = new LogFile(terminal.Folder.Path, terminal.Terminal.Err, terminal.Clock, showEmails: false);
        log.WriteTrace(new InvalidOperationException("x"));
        Assert.False(File.Exists(terminal.Folder["logs/rollcall-2026-10-24.log"]));
        Assert.True(File.Exists(terminal.Folder["logs/rollcall-2026-10-25.log"]));
    }
}
