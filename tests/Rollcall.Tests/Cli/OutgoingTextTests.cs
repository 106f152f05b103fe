using Rollcall.Cli.Logs;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Spectre.Console;
using Xunit;

namespace Rollcall.Tests.Cli;

/// <summary>What leaves the process shows no secret, and nothing that moves a terminal's cursor.</summary>
public sealed class OutgoingTextTests
{
    [Fact]
    public void A_secret_is_masked_in_each_way_it_may_be_written()
    {
        var secret = Secrets.Keep("p\"ss w/rd-" + Guid.NewGuid());

        foreach (var written in new[] { secret, System.Text.Json.JsonSerializer.Serialize(secret), Uri.EscapeDataString(secret),
            Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(secret)) })
        {
            Assert.Contains("***", Secrets.Mask($"before {written} after"), StringComparison.Ordinal);
            Assert.DoesNotContain(written.Trim('"'), Secrets.Mask($"before {written} after"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_secret_that_is_part_of_another_leaves_nothing_of_it()
    {
        var part = Secrets.Keep("part-" + Guid.NewGuid());
        var whole = Secrets.Keep(part + "-and-the-rest");

        Assert.Equal("***", Secrets.Mask(whole));
    }

    [Fact]
    public void JSON_stays_JSON_with_any_secret()
    {
        Secrets.Keep("7351964");
        Secrets.Keep("quo\"te\\secret");
        var json = System.Text.Json.JsonSerializer.Serialize(
            new { address_book_id = 7351964, reason = "told 7351964 and quo\"te\\secret" }, ResultJson.Options);

        var masked = System.Text.Json.JsonDocument.Parse(Secrets.MaskJson(json, ResultJson.Options)).RootElement;

        Assert.Equal(7351964, masked.GetProperty("address_book_id").GetInt32());
        Assert.Equal("told *** and ***", masked.GetProperty("reason").GetString());
    }

    [Fact]
    public void A_variable_is_a_secret_by_its_name()
    {
        string? Environment(string name) => name switch
        {
            "COUNTRY_NAME" => "Liechtenstein-" + nameof(OutgoingTextTests),
            "SHOP_PASSWORD" => "hidden-" + nameof(OutgoingTextTests),
            _ => null,
        };

        Assert.Equal(
            "Liechtenstein-OutgoingTextTests", Secrets.Mask(Rollcall.Jobs.EnvironmentReferences.Expand("${COUNTRY_NAME}", Environment, out _, out _)!));
        Assert.Equal("***", Secrets.Mask(Rollcall.Jobs.EnvironmentReferences.Expand("${SHOP_PASSWORD}", Environment, out _, out _)!));
    }

    [Fact]
    public void A_short_text_is_an_ordinary_word()
    {
        Assert.Equal("demo", Secrets.Keep("demo"));
        Assert.Equal("explain", Secrets.Keep("explain"));
        Assert.Equal("rollcall explain demo", Secrets.Mask("rollcall explain demo"));
    }

    [Fact]
    public void A_secret_written_in_pieces_of_a_line_is_masked()
    {
        var secret = Secrets.Keep("pieces-" + Guid.NewGuid());
        var target = new StringWriter();
        using var outgoing = new OutgoingText(target);

        outgoing.Write(secret[..9]);
        outgoing.Write(secret[9]);
        outgoing.Write(secret[10..]);
        outgoing.WriteLine(" is it");
        outgoing.Write("and ");
        outgoing.Write(secret);
        outgoing.Flush();

        Assert.Equal($"*** is it{Environment.NewLine}and ***", target.ToString());
    }

    [Fact]
    public void Credentials_and_tokens_are_secrets_from_when_they_are_known()
    {
        var (password, token) = ("pw-" + Guid.NewGuid(), "tk-" + Guid.NewGuid());
        _ = new Rollcall.Jobs.Credentials("api-user", password, null);
        _ = new Rollcall.Jobs.LyticsAccess(token, new Uri("https://example.com"), null);

        Assert.Equal("*** ***", Secrets.Mask($"{password} {token}"));
        Assert.Equal("Basic ***", Secrets.Mask($"Basic {Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"api-user:{password}"))}"));
    }

    [Theory]
    [InlineData("a\u001b[2Jb", "a\\u001B[2Jb")]
    [InlineData("one\r\ntwo", "one\\r\\ntwo")]
    [InlineData("a\u202Eb", "a\\u202Eb")]
    [InlineData("a\u2028b", "a\\u2028b")]
    [InlineData("a\u009Bb", "a\\u009Bb")]
    [InlineData("Zoë 👩\u200D💻 اَب", "Zoë 👩\u200D💻 اَب")]
    public void What_changes_how_the_rest_is_shown_becomes_visible(string text, string visible) => Assert.Equal(visible, VisibleText.Of(text));

    [Fact]
    public void A_terminal_is_given_no_escape_but_its_own()
    {
        var target = new StringWriter();
        var console = Terminal.Create(target, terminal: true, dumb: false, new Dictionary<string, string>(), 80);

        console.MarkupLineInterpolated($"[green]ok[/] {"evil \u001b[31mred\u001b]0;title\u0007 \u202Eturned"}");
        console.WriteLine("plain \u001b[2J");

        Assert.Contains("evil \\u001B[31mred\\u001B]0;title\\u0007 \\u202Eturned", target.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", target.ToString(), StringComparison.Ordinal);
        Assert.Contains("\u001b[", target.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_of_the_log_is_one_line_without_a_secret()
    {
        using var folder = new TestKit.TempFolder();
        var secret = Secrets.Keep("log-" + Guid.NewGuid());
        string path;
        using (var log = new LogFile(
            folder.Path, Terminal.Create(new StringWriter(), false, true, new Dictionary<string, string>()), TimeProvider.System, showEmails: true))
        {
            Microsoft.Extensions.Logging.LoggerExtensions.LogInformation(
                log.CreateLogger("Test"), "{What}", $"first\n2026-01-01T00:00:00.000Z info Rollcall: forged {secret}");
            path = log.Path;
        }

        var line = Assert.Single(File.ReadAllLines(path));
        Assert.Contains("first\\n2026-01-01", line, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, line, StringComparison.Ordinal);
    }
}
