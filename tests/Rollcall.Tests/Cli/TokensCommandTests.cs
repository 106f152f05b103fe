using System.Text.Json;
using Rollcall.Model;
using Rollcall.Operations;
using Xunit;

namespace Rollcall.Tests.Cli;

public sealed class TokensCommandTests : IDisposable
{
    private readonly RecordedTerminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public async Task A_token_is_printed_once_and_has_the_rights_it_was_given()
    {
        var answer = await OutputAsync("tokens", "add", "page", "--role", "editor", "--sees-people", "--until", "2027-01-31", "--json");
        var token = JsonDocument.Parse(answer).RootElement.GetProperty("token").GetString()!;

        using var tokens = new ApiTokens(_terminal.Folder[".rollcall"], _terminal.Clock);
        var kept = tokens.Find(token)!;
        Assert.Equal(("page", Role.Editor, true, false), (kept.Name, kept.Role, kept.SeesPeople, kept.ChangesConsent));
        Assert.DoesNotContain(token, await OutputAsync("tokens", "list", "--json"), StringComparison.Ordinal);
        Assert.DoesNotContain(token, File.ReadAllText(_terminal.Folder[".rollcall/rollcall.db"]), StringComparison.Ordinal);

        _terminal.Clock.Advance(TimeSpan.FromDays(100));
        Assert.Null(tokens.Find(token));
    }

    [Fact]
    public async Task A_token_that_was_removed_is_worth_nothing()
    {
        var token = (await OutputAsync("tokens", "add", "page", "--role", "admin")).Trim();
        await OutputAsync("tokens", "remove", "page");

        using var tokens = new ApiTokens(_terminal.Folder[".rollcall"], _terminal.Clock);
        Assert.Null(tokens.Find(token));
        Assert.Equal(2, await _terminal.RunAsync("tokens", "remove", "page"));
    }

    [Theory]
    [InlineData("tokens", "add", "page")]
    [InlineData("tokens", "add", "page", "--role", "owner")]
    [InlineData("tokens", "add", "", "--role", "viewer")]
    [InlineData("tokens", "add", "page", "--role", "viewer", "--until", "2020-01-01")]
    public async Task A_token_without_a_name_a_role_or_a_future_is_refused(params string[] arguments) =>
        Assert.Equal(2, await _terminal.RunAsync(arguments));

    [Fact]
    public async Task Two_tokens_of_one_name_are_refused()
    {
        await OutputAsync("tokens", "add", "page", "--role", "viewer");

        Assert.Equal(2, await _terminal.RunAsync("tokens", "add", "page", "--role", "admin"));
    }

    private async Task<string> OutputAsync(params string[] arguments)
    {
        var before = _terminal.Output.Length;
        Assert.Equal(0, await _terminal.RunAsync(arguments));
        return _terminal.Output[before..];
    }
}
