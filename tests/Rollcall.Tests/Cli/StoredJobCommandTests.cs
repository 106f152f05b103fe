using System.Text.Json;
using Rollcall.Operations;
using Rollcall.Store;
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

    private string DataFolder => _terminal.Folder[".rollcall"];

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
        Directory.CreateDirectory(DataFolder);
        using var jobs = new StoredJobs(DataFolder, TimeProvider.System);
        using var other = jobs.Serve();

        Assert.Equal(6, await _terminal.RunAsync("serve", "--urls", "http://127.0.0.1:0"));

        Assert.Contains("A service runs on this data folder already", _terminal.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_of_a_new_job_shows_its_lines_and_makes_no_data_folder()
    {
        Write("job.yaml", Job);

        var said = await OutputAsync("apply", "job.yaml", "--dry-run");

        Assert.Contains("letters: would be created", said, StringComparison.Ordinal);
        Assert.Contains("  + tag: letters", said, StringComparison.Ordinal);
        Assert.DoesNotContain("  - ", said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(DataFolder));
    }

    [Fact]
    public async Task A_job_that_ran_from_its_file_keeps_its_ledger_which_is_said()
    {
        using (var store = Stores.Open(new DataFolder(DataFolder)))
        {
            store.Jobs.Remember(new JobNow("letters", 1001, "/jobs/letters.yaml", "remove"), 5, 3);
        }

        Write("job.yaml", Job);

        Assert.Contains(
            "takes over the ledger of the job that ran from /jobs/letters.yaml", await OutputAsync("apply", "job.yaml"), StringComparison.Ordinal);
        Assert.DoesNotContain("takes over", await OutputAsync("apply", "job.yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_stored_where_one_of_several_jobs_was_killed()
    {
        Write("job.yaml", Job);
        Write("other.yaml", Job.Replace("letters", "other", StringComparison.Ordinal));
        await _terminal.RunAsync("apply", "job.yaml");
        await _terminal.RunAsync("kill", "letters");

        Assert.Equal(2, await _terminal.RunAsync("apply", "other.yaml", "job.yaml"));

        Assert.DoesNotContain("other", await OutputAsync("jobs", "--killed"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_in_another_folder_than_the_stored_one_is_another_job()
    {
        Write("job.yaml", Job);
        await _terminal.RunAsync("apply", "job.yaml");
        _terminal.Folder.Write("elsewhere/job.yaml", Job);

        Assert.Equal(2, await _terminal.RunAsync("run", "elsewhere/job.yaml", "--yes"));

        Assert.Contains($"belongs to the folder {_terminal.Folder.Path}", _terminal.Errors, StringComparison.Ordinal);
        Assert.Contains("- (relative paths start in)", await OutputAsync("apply", "elsewhere/job.yaml", "--dry-run"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "job.yaml")]
    [InlineData("retry", "job.yaml")]
    [InlineData("retry", "letters")]
    public async Task A_killed_job_is_not_run_by_hand(string command, string job)
    {
        Write("job.yaml", Job);
        await _terminal.RunAsync("apply", "job.yaml");
        Assert.Contains("nothing at Dotdigital is undone", await OutputAsync("kill", "letters"), StringComparison.Ordinal);

        Assert.Equal(2, await _terminal.RunAsync(command, job));

        Assert.Contains("The job letters was killed.", _terminal.Errors, StringComparison.Ordinal);
        Assert.Contains("--revive", _terminal.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("retry", "letters")]
    [InlineData("reconcile", "letters")]
    [InlineData("explain", "letters", "ann@example.com")]
    public async Task A_tag_is_the_stored_job_whatever_became_of_its_file(params string[] command)
    {
        Write("job.yaml", Job);
        Write("people.csv", "email\nann@example.com\n");
        await _terminal.RunAsync("apply", "job.yaml");
        File.Delete(_terminal.Folder["job.yaml"]);
        Write("letters.yaml", "tag: something-else");

        Assert.Equal(2, await _terminal.RunAsync(command));

        // As far as it gets here.
        Assert.Contains("No authorization \"prod\" is stored", _terminal.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("runs")]
    [InlineData("failures")]
    public async Task Of_a_stored_job_that_has_not_run_there_is_no_history_yet(string command)
    {
        Write("job.yaml", Job);
        await _terminal.RunAsync("apply", "job.yaml");

        Assert.Equal(2, await _terminal.RunAsync(command, "letters"));

        Assert.Contains("The job letters is stored and has not run yet.", _terminal.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_store_keeps_nobody_from_beginning_anew()
    {
        Write("job.yaml", Job);
        _terminal.Folder.Write(".rollcall/ledger/letters/00000001/0000.parquet", "lost");

        Assert.Equal(2, await _terminal.RunAsync("run", "job.yaml"));
        Assert.Contains("store is gone", _terminal.Errors, StringComparison.Ordinal);
        await _terminal.RunAsync("run", "job.yaml", "--begin-anew");

        Assert.Single(Directory.GetDirectories(DataFolder, "lost-*"));
    }

    [Fact]
    public async Task The_list_of_jobs_fits_80_columns_and_says_what_each_is()
    {
        using var narrow = new RecordedTerminal(width: 80);
        narrow.Folder.Write("job.yaml", Job + "\nlabel: The letters that we send to everybody who ever bought something");
        await narrow.RunAsync("apply", "job.yaml");
        var before = narrow.Output.Length;

        Assert.Equal(0, await narrow.RunAsync("jobs"));

        var list = narrow.Output[before..];
        Assert.All(list.ReplaceLineEndings("\n").Split('\n'), line => Assert.True(line.Length <= 80, line));
        Assert.Contains("letters  sleeping  2026-11-24 07:00", list, StringComparison.Ordinal);
        Assert.Contains("The letters that", list, StringComparison.Ordinal);
        Assert.Equal(0, await narrow.RunAsync("jobs", "--json"));
        Assert.Contains("\"label\": \"The letters that we send", narrow.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_from_the_command_line_is_not_stopped_by_pausing_its_job_which_is_said()
    {
        Write("job.yaml", Job);
        await _terminal.RunAsync("apply", "job.yaml");
        using (new DataFolder(DataFolder).TryLock("letters"))
        {
            Assert.Contains("goes on: stop it with Ctrl-C", await OutputAsync("pause", "letters"), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("Ctrl-C", await OutputAsync("pause", "letters"), StringComparison.Ordinal);
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
        using var jobs = new StoredJobs(DataFolder, TimeProvider.System);
        return jobs.Find("letters")!;
    }
}
