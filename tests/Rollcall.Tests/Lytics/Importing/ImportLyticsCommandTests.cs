using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Tests.Cli;
using Xunit;
using static Rollcall.Tests.Lytics.Importing.LyticsJobs;

namespace Rollcall.Tests.Lytics.Importing;

public sealed class ImportLyticsCommandTests
{
    [Fact]
    public async Task The_job_file_goes_to_standard_output_and_the_notes_to_standard_error()
    {
        using var terminal = new RecordedTerminal();
        terminal.Folder.Write("lytics.json", Least().ToJsonString());

        Assert.Equal(0, await terminal.RunAsync("import-lytics", "lytics.json"));

        Assert.Equal(Import(Least()).JobFile, terminal.Output);
        Assert.Contains("rollcall auth add dotdigital", terminal.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dash_reads_standard_input()
    {
        using var terminal = new RecordedTerminal(Least().ToJsonString());

        Assert.Equal(0, await terminal.RunAsync("import-lytics", "-"));
        Assert.Contains("tag: loyalty", terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_JSON_there_is_one_document_and_nothing_else()
    {
        using var terminal = new RecordedTerminal(With("brand_new", 1).ToJsonString());

        Assert.Equal(0, await terminal.RunAsync("import-lytics", "-", "--json"));

        var document = JsonNode.Parse(terminal.Output)!;
        Assert.Contains("tag: loyalty", document["job_file"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains(document["notes"]!.AsArray(), note => note!["where"]!.GetValue<string>() == "config.brand_new");
        Assert.Empty(terminal.Errors);
    }

    [Theory]
    [InlineData("nowhere.json", "the file was not found")]
    [InlineData("other.json", "mailchimp-export")]
    public async Task What_cannot_be_imported_ends_with_2(string file, string says)
    {
        using var terminal = new RecordedTerminal();
        terminal.Folder.Write("other.json", """{"workflow":"mailchimp-export","config":{}}""");

        Assert.Equal(2, await terminal.RunAsync("import-lytics", file, "--json"));

        var error = JsonDocument.Parse(terminal.Output).RootElement.GetProperty("error");
        Assert.Equal("bad_job", error.GetProperty("code").GetString());
        Assert.Contains(says, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(file, error.GetProperty("where").GetString());
    }

    [Fact]
    public async Task The_mapping_is_the_default_one_of_the_stream()
    {
        using var terminal = new RecordedTerminal();

        Assert.Equal(0, await terminal.RunAsync("lytics", "mapping"));

        var lines = terminal.Output.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim(' ', ','))
            .Where(line => line.Length > 0 && !line.StartsWith("--", StringComparison.Ordinal));
        Assert.Equal(
            [
                "SELECT",
                "email(email) AS email",
                "map(account_id, account_status) AS dm_account_status KIND map[string]string",
                "map(join(account_id, address_book_id, \"_\"), address_book_status) AS dm_addressbook_status KIND map[string]string",
                "epochms() AS dm_addressbook_status_ts KIND DATE",
                "FROM dotmailer_export_status",
                "INTO user",
                "BY email",
                "ALIAS dotmailer_export_status",
            ],
            lines);
    }
}
