using System.Text.Json;
using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Cli;

public sealed class AuthCommandTests : IDisposable
{
    private readonly RecordedTerminal _terminal = new("demo\n");

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public async Task The_password_is_read_from_standard_input_and_printed_nowhere()
    {
        using var terminal = new RecordedTerminal("s3cr3t-and-long\n");
        Assert.Equal(0, await terminal.RunAsync("auth", "add", "prod", "--username", "api", "--json"));
        Assert.Equal(0, await terminal.RunAsync("auth", "list"));
        Assert.DoesNotContain("s3cr3t", terminal.Output + terminal.Errors, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(terminal.Folder.Path, "*", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain("s3cr3t", File.ReadAllText(file), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task No_password_stores_nothing()
    {
        using var terminal = new RecordedTerminal("");
        Assert.Equal(2, await terminal.RunAsync("auth", "add", "prod", "--username", "api"));
        Assert.False(Directory.Exists(terminal.Folder[".rollcall"]));
    }

    [Theory]
    [InlineData("http://r1-api.dotdigital.com")]
    [InlineData("https://r1-api.dotdigital.com.example.net")]
    [InlineData("https://dotdigital.example")]
    [InlineData("r1-api.dotdigital.com")]
    public async Task A_password_may_go_to_no_other_endpoint(string endpoint)
    {
        Assert.Equal(2, await _terminal.RunAsync("auth", "add", "prod", "--username", "api", "--endpoint", endpoint));
        Assert.False(Directory.Exists(_terminal.Folder[".rollcall"]));
    }

    [Fact]
    public async Task Valid_credentials_are_reported_with_their_account()
    {
        await using var simulator = await DotdigitalSimulator.StartAsync(new SimulatorOptions { AccountId = 4711 }, TestContext.Current.CancellationToken);
        await _terminal.RunAsync("auth", "add", "sim", "--username", "demo", "--endpoint", simulator.Url.ToString());
        Assert.Equal(0, await _terminal.RunAsync("auth", "test", "sim"));
        Assert.Contains("sim is valid for account 4711", _terminal.Output, StringComparison.Ordinal);
        Assert.Equal(["getAccountInfo"], simulator.Account.Calls.Where(call => call.Value > 0).Select(call => call.Key));
    }

    [Fact]
    public async Task Refused_credentials_exit_with_4_and_what_to_do()
    {
        await using var simulator = await DotdigitalSimulator.StartAsync(new SimulatorOptions { Password = "another" }, TestContext.Current.CancellationToken);
        await _terminal.RunAsync("auth", "add", "sim", "--username", "demo", "--endpoint", simulator.Url.ToString());
        Assert.Equal(4, await _terminal.RunAsync("auth", "test", "sim"));
        Assert.Contains("did not accept the API user's name or password", _terminal.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_name_is_refused_with_those_that_are_stored()
    {
        await _terminal.RunAsync("auth", "add", "prod", "--username", "api");
        Assert.Equal(2, await _terminal.RunAsync("auth", "test", "prd"));
        Assert.Contains("Stored are: prod.", _terminal.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stored_credentials_are_replaced_only_on_request()
    {
        using var terminal = new RecordedTerminal("first\nsecond\n");
        Assert.Equal(0, await terminal.RunAsync("auth", "add", "prod", "--username", "api"));

        Assert.Equal(2, await terminal.RunAsync("auth", "add", "PROD", "--username", "other"));
        Assert.Contains("\"prod\" is already stored, for api. Nothing was changed.", terminal.Errors, StringComparison.Ordinal);
        Assert.Contains("add --replace", terminal.Errors, StringComparison.Ordinal);

        Assert.Equal(0, await terminal.RunAsync("auth", "add", "prod", "--username", "other", "--replace"));
        await terminal.RunAsync("auth", "list");
        Assert.Contains("other", terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_removed_is_gone()
    {
        await _terminal.RunAsync("auth", "add", "prod", "--username", "api", "--json");
        Assert.Equal(0, await _terminal.RunAsync("auth", "remove", "prod"));
        Assert.Equal(2, await _terminal.RunAsync("auth", "remove", "prod"));
        using var after = new RecordedTerminal();
        Assert.Equal(0, await after.RunAsync("auth", "list", "--json", "--data", _terminal.Folder[".rollcall"]));
        Assert.Equal(0, JsonDocument.Parse(after.Output).RootElement.GetProperty("authorizations").GetArrayLength());
    }
}
