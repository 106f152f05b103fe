using System.Text.Json;
using Rollcall.Operations;
using Xunit;

namespace Rollcall.Tests.Cli;

public sealed class StoredJobCommandTests : IDisposable
{
    private const string Job =
        """
        tag: letters
        authorization: prod
        source: {tables: {files: {people: people.csv}, audiences: {gold: {from: people}}}}
        config: {segment_ids: [gold], seg_mappings: [{gold: "1"}], email_field: email}
        schedule: {cron: "0 * * * *"}
        """;

    private readonly RecordedTerminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public async Task A_job_is_stored_from_its_file_and_given_back_as_it_was()
    {
        Write("job.yaml", Job);

        Assert.Equal(0, await _terminal.RunAsync("apply", "job.yaml"));
        Assert.Contains("letters: created, version 1", _terminal.Output, StringComparison.Ordinal);
        Assert.Contains("rollcall serve", _terminal.Output, StringComparison.Ordinal);

        Assert.Equal(Job, await OutputAsync("export", "letters"));
    }

    [Fact]
    public async Task A_dry_run_says_what_would_change_and_stores_nothing()
    {
        Write("job.yaml", Job);
        await _terminal.RunAsync("apply", "job.yaml");
        Write("job.yaml", Job.Replace("0 * * * *", "30 * * * *", StringComparison.Ordinal));

        var job = JsonDocument.Parse(await OutputAsync("apply", "job.yaml", "--dry-run", "--json")).RootElement.GetProperty("jobs")[0];
        Assert.Equal(("updated", 1), (job.GetProperty("saving").GetString(), job.GetProperty("version").GetInt32()));
        Assert.Equal(
            ["- schedule: {cron: \"0 * * * *\"}", "+ schedule: {cron: \"30 * * * *\"}"], job.GetProperty("changes").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal(1, Find().Version);
    }

    [Fact]
    public async Task Nothing_is_stored_where_one_of_several_files_is_wrong()
    {
        Write("job.yaml", Job);
        Write("wrong.yaml", "tag: other");

        Assert.Equal(2, await _terminal.RunAsync("apply", "job.yaml", "wrong.yaml"));

        Assert.Equal(0, await _terminal.RunAsync("jobs"));
        Assert.Contains("No job is stored", _terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_files_of_one_tag_are_refused()
    {
        Write("job.yaml", Job);
        Write("same.yaml", Job);

        Assert.Equal(2, await _terminal.RunAsync("apply", "job.yaml", "same.yaml"));

        Assert.Contains("letters: job.yaml, same.yaml", _terminal.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pause", "paused")]
    [InlineData("kill", "deleted")]
    [InlineData("resume", "initializing")]
    [InlineData("bounce", "initializing")]
    public async Task A_verb_changes_the_state_of_a_job_also_while_no_service_runs(string verb, string status)
    {
        Write("job.yaml", Job);
        await _terminal.RunAsync("apply", "job.yaml");

        var answer = await OutputAsync(verb, "letters", "--json");

        Assert.Equal(status, JsonDocument.Parse(answer).RootElement.GetProperty("status").GetString());
        Assert.Equal(status, JobLife.Status(Find()));
    }

    [Fact]
    public async Task A_verb_names_the_nearest_job_where_there_is_none_of_the_tag()
    {
        Write("job.yaml", Job);
        await _terminal.RunAsync("apply", "job.yaml");

        Assert.Equal(2, await _terminal.RunAsync("pause", "leters"));

        Assert.Contains("Did you mean letters?", _terminal.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_job_comes_back_only_where_that_is_asked_for()
    {
        Write("job.yaml", Job);
        await _terminal.RunAsync("apply", "job.yaml");
        await _terminal.RunAsync("kill", "letters", "--yes");

        Assert.Equal(2, await _terminal.RunAsync("apply", "job.yaml"));
        Assert.Contains("--revive", _terminal.Errors, StringComparison.Ordinal);
        Assert.Equal(2, await _terminal.RunAsync("resume", "letters"));
        Assert.Equal(0, await _terminal.RunAsync("apply", "job.yaml", "--revive"));

        Assert.Equal(("sleeping", 2), (JobLife.Status(Find()), Find().Version));
    }

    [Theory]
    [InlineData("run", "--yes")]
    [InlineData("retry")]
    public async Task A_file_whose_job_is_stored_runs_only_where_it_says_the_same(string command, params string[] more)
    {
        Write("job.yaml", Job);
        await _terminal.RunAsync("apply", "job.yaml");
        Write("job.yaml", Job + "\ndescription: x");

        Assert.Equal(2, await _terminal.RunAsync([command, "job.yaml", .. more]));

        Assert.Contains("says something else than this file", _terminal.Errors, StringComparison.Ordinal);
        Assert.Contains("rollcall apply FILE", _terminal.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_of_the_same_data_folder_is_refused()
    {
        Directory.CreateDirectory(Path.Combine(_terminal.Folder.Path, ".rollcall"));
        using var jobs = new StoredJobs(Path.Combine(_terminal.Folder.Path, ".rollcall"), TimeProvider.System);
        using var other = jobs.Serve();

        Assert.Equal(6, await _terminal.RunAsync("serve", "--urls", "http://127.0.0.1:0"));

        Assert.Contains("A service runs on this data folder already", _terminal.Errors, StringComparison.Ordinal);
    }

    /// <summary>What a command that ends well writes to standard output.</summary>
    private async Task<string> OutputAsync(params string[] arguments)
    {
        var before = _terminal.Output.Length;
        Assert.Equal(0, await _terminal.RunAsync(arguments));
        return _terminal.Output[before..];
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_terminal.Folder.Path, name), text);

    private Rollcall.Model.StoredJob Find()
    {
        using var jobs = new StoredJobs(Path.Combine(_terminal.Folder.Path, ".rollcall"), TimeProvider.System);
        return jobs.Find("letters")!;
    }
}
