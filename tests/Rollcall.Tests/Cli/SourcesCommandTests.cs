using System.Text.Json;
using Rollcall.Store;
using Xunit;

namespace Rollcall.Tests.Cli;

public sealed class SourcesCommandTests
{
    [Fact]
    public async Task A_secret_is_kept_encrypted_and_read_by_its_name()
    {
        using var terminal = new RecordedTerminal("a-secret-value\n");
        Assert.Equal(0, await terminal.RunAsync("secrets", "add", "CRM_KEY"));

        var store = new SecretStore(terminal.Folder[".rollcall"], terminal.Clock);
        Assert.Equal("a-secret-value", store.Find("CRM_KEY"));
        Assert.DoesNotContain("a-secret-value", File.ReadAllText(terminal.Folder[".rollcall/secrets/CRM_KEY.json"]), StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret-value", terminal.Output + terminal.Errors, StringComparison.Ordinal);

        Assert.Equal(0, await terminal.RunAsync("secrets", "remove", "CRM_KEY"));
        Assert.Null(store.Find("CRM_KEY"));
    }

    [Fact]
    public async Task A_source_says_how_a_job_refers_to_it_and_shows_no_secret()
    {
        using var terminal = new RecordedTerminal("a-lytics-token\n");

        Assert.Equal(0, await terminal.RunAsync("sources", "add", "crm", "--lytics-url", "https://api.lytics.io", "--json"));

        var source = JsonDocument.Parse(terminal.Output).RootElement;
        Assert.Equal("${SOURCE_CRM_TOKEN}", source.GetProperty("keys").GetProperty("token").GetString());
        Assert.Equal("https://api.lytics.io", source.GetProperty("where").GetString());
        Assert.DoesNotContain("a-lytics-token", terminal.Output + terminal.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_is_listed_without_its_password()
    {
        using var terminal = new RecordedTerminal("postgres://reader:hunter22@db.example.com/shop\n");

        Assert.Equal(0, await terminal.RunAsync("sources", "add", "shop", "--database"));
        Assert.Equal(0, await terminal.RunAsync("sources", "list"));

        Assert.Contains("postgres://db.example.com/shop", terminal.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter22", terminal.Output + terminal.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("crm")]
    [InlineData("crm", "--database", "--files", ".")]
    [InlineData("c-r-m", "--files", ".")]
    [InlineData("crm", "--files", "nowhere")]
    [InlineData("crm", "--lytics-url", "http://lytics.example.com")]
    public async Task A_source_without_a_kind_a_name_or_a_place_is_refused(params string[] arguments)
    {
        using var terminal = new RecordedTerminal("value\n");

        Assert.Equal(2, await terminal.RunAsync(["sources", "add", .. arguments]));
    }
}
