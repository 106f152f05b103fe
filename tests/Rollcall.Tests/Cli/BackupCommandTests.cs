using System.Text.Json;
using Rollcall.Operations;
using Xunit;

namespace Rollcall.Tests.Cli;

public sealed class BackupCommandTests : IDisposable
{
    private const string Job =
        """
        tag: letters
        authorization: prod
        source: {tables: {files: {people: people.csv}, audiences: {gold: {from: people}}}}
        config: {segment_ids: [gold], seg_mappings: [{gold: "1"}], email_field: email}
        """;

    private readonly RecordedTerminal _terminal = new("password\n");

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public async Task What_was_backed_up_is_there_again_after_it_was_restored()
    {
        await StoreAsync();

        Assert.Equal(0, await _terminal.RunAsync("backup", "all.tar.gz"));
        Assert.Contains("personal data and stored passwords", _terminal.Output, StringComparison.Ordinal);
        Assert.Equal(0, await _terminal.RunAsync("restore", "all.tar.gz", "--data", "other"));
        Assert.Contains("never both", _terminal.Output, StringComparison.Ordinal);

        Assert.Equal(Job, await OutputAsync("export", "letters", "--data", "other"));
        Assert.Contains("prod", await OutputAsync("auth", "list", "--data", "other"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_uses_the_folder_is_no_hindrance()
    {
        await StoreAsync();
        using var service = new StoredJobs(_terminal.Folder[".rollcall"], TimeProvider.System);
        using var only = service.Serve();

        Assert.Equal(0, await _terminal.RunAsync("backup", "all.tar.gz"));
        service.Pause("letters", "somebody");
        Assert.Equal(0, await _terminal.RunAsync("restore", "all.tar.gz", "--data", "other"));

        Assert.Contains("sleeping", await OutputAsync("jobs", "--data", "other"), StringComparison.Ordinal);
        using var restored = new StoredJobs(_terminal.Folder["other"], TimeProvider.System);
        restored.Serve().Dispose();
    }

    [Fact]
    public async Task Both_answer_in_JSON()
    {
        await StoreAsync();

        var backup = JsonDocument.Parse(await OutputAsync("backup", "all.tar.gz", "--json")).RootElement;
        var restored = JsonDocument.Parse(await OutputAsync("restore", "all.tar.gz", "--data", "other", "--json")).RootElement;

        Assert.Equal(["file", "files", "bytes", "missing"], backup.EnumerateObject().Select(property => property.Name));
        Assert.Equal(_terminal.Folder["all.tar.gz"], backup.GetProperty("file").GetString());
        Assert.Equal(["folder", "files", "bytes"], restored.EnumerateObject().Select(property => property.Name));
        Assert.Equal(backup.GetProperty("files").GetInt64(), restored.GetProperty("files").GetInt64());
    }

    [Fact]
    public async Task A_file_is_replaced_and_a_folder_restored_into_only_as_asked()
    {
        await StoreAsync();
        await _terminal.RunAsync("backup", "all.tar.gz");

        Assert.Equal(2, await _terminal.RunAsync("backup", "all.tar.gz"));
        Assert.Contains("--replace", _terminal.Errors, StringComparison.Ordinal);
        Assert.Equal(0, await _terminal.RunAsync("backup", "all.tar.gz", "--replace"));
        Assert.Equal(2, await _terminal.RunAsync("restore", "all.tar.gz"));
        Assert.Contains("The data folder is not empty. Nothing was restored.", _terminal.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_data_folder_there_is_nothing_to_back_up()
    {
        Assert.Equal(2, await _terminal.RunAsync("backup", "all.tar.gz"));
        Assert.Contains("There is no data folder", _terminal.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_terminal.Folder.Path));
    }

    private async Task StoreAsync()
    {
        _terminal.Folder.Write("job.yaml", Job);
        Assert.Equal(0, await _terminal.RunAsync("auth", "add", "prod", "--username", "somebody"));
        Assert.Equal(0, await _terminal.RunAsync("apply", "job.yaml"));
    }

    /// <summary>What a command that ends well writes to standard output.</summary>
    private async Task<string> OutputAsync(params string[] arguments)
    {
        var before = _terminal.Output.Length;
        Assert.Equal(0, await _terminal.RunAsync(arguments));
        return _terminal.Output[before..];
    }
}
