using System.Text.Json;
using Rollcall.Cli;
using Xunit;

namespace Rollcall.Tests.Cli;

public sealed class CommandLineTests : IDisposable
{
    private readonly RecordedTerminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public async Task The_version_goes_to_standard_output()
    {
        Assert.Equal(0, await _terminal.RunAsync("--version"));
        Assert.Equal($"rollcall {CommandLine.Version}\n", _terminal.Output.ReplaceLineEndings("\n"));
        Assert.Matches(@"^\d+\.\d+\.\d+$", CommandLine.Version);
    }

    [Fact]
    public async Task The_version_is_JSON_where_JSON_is_asked_for()
    {
        Assert.Equal(0, await _terminal.RunAsync("--version", "--json"));
        Assert.Equal(CommandLine.Version, JsonDocument.Parse(_terminal.Output).RootElement.GetProperty("version").GetString());
    }

    [Fact]
    public async Task Without_a_command_it_shows_what_there_is()
    {
        Assert.Equal(0, await _terminal.RunAsync());
        foreach (var command in new[] { "demo", "init", "schema", "check", "plan", "run", "retry", "explain", "status", "runs", "failures", "reconcile",
            "forget", "auth", "serve", "apply", "export", "jobs", "pause", "resume", "bounce", "kill", "tokens", "backup",
            "restore", "import-lytics", "lytics", "simulate" })
        {
            Assert.Contains($"\n  {command} ", _terminal.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        }

        Assert.Contains("rollcall [command] [options]", _terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_command_and_option_says_what_it_is_for()
    {
        var commands = new Queue<System.CommandLine.Command>([CommandLine.Create(_terminal.Terminal)]);
        while (commands.TryDequeue(out var command))
        {
            Assert.False(string.IsNullOrWhiteSpace(command.Description), command.Name);
            Assert.All(command.Options, option => Assert.False(string.IsNullOrWhiteSpace(option.Description), $"{command.Name} {option.Name}"));
            Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrWhiteSpace(argument.Description), $"{command.Name} {argument.Name}"));
            foreach (var subcommand in command.Subcommands)
            {
                commands.Enqueue(subcommand);
            }
        }
    }

    [Theory]
    [InlineData("help")]
    [InlineData("help", "run")]
    public async Task Help_is_a_command_too(params string[] arguments)
    {
        Assert.Equal(0, await _terminal.RunAsync(arguments));
        Assert.Contains(arguments.Length == 1 ? "rollcall [command] [options]" : "--adopt", _terminal.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("demo", "--members")]
    [InlineData("run", "--limit")]
    public async Task A_word_in_place_of_a_number_is_reported_without_type_names(string command, string option)
    {
        Assert.Equal(2, await _terminal.RunAsync(command, option, "abc"));
        Assert.Contains($"{option} takes a whole number, not \"abc\".", _terminal.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", _terminal.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("plan")]
    [InlineData("retry")]
    public async Task Run_plan_and_retry_take_the_same_options(string command)
    {
        await _terminal.RunAsync(command, "--help");
        foreach (var option in new[] { "--allow", "--only", "--limit", "--adopt", "--release", "--verify", "--now" })
        {
            Assert.Contains(option, _terminal.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_mistyped_command_is_refused_with_the_nearest_one()
    {
        Assert.Equal(2, await _terminal.RunAsync("explian", "job.yaml"));
        Assert.Empty(_terminal.Output);
        Assert.Contains("Did you mean explain?", _terminal.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--begin_anew", "--begin-anew")]
    [InlineData("--alow", "--allow")]
    public async Task A_mistyped_option_is_refused_with_the_nearest_one(string written, string meant)
    {
        Assert.Equal(2, await _terminal.RunAsync("run", "job.yaml", written));
        Assert.Contains($"Did you mean {meant}?", _terminal.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_arguments_are_one_JSON_document_where_JSON_is_asked_for()
    {
        Assert.Equal(2, await _terminal.RunAsync("run", "--allow", "everything", "--json"));
        var error = JsonDocument.Parse(_terminal.Output).RootElement.GetProperty("error");
        Assert.Equal("bad_job", error.GetProperty("code").GetString());
        Assert.Equal(["code", "message", "where", "todo"], error.EnumerateObject().Select(property => property.Name));
        Assert.Empty(_terminal.Errors);
    }

    [Fact]
    public async Task A_missing_job_file_is_an_error_with_what_to_do()
    {
        Assert.Equal(2, await _terminal.RunAsync("plan", "nowhere.yaml", "--json"));
        var document = JsonDocument.Parse(_terminal.Output).RootElement;
        Assert.Contains("nowhere.yaml", document.GetProperty("error").GetProperty("where").GetString(), StringComparison.Ordinal);
        Assert.Contains("rollcall init", document.GetProperty("error").GetProperty("todo").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_problem_of_a_job_file_is_in_the_JSON()
    {
        _terminal.Folder.Write("job.yaml", "tag: x\nauthorisation: prod\nconfig: {segment_idz: []}\n");
        Assert.Equal(2, await _terminal.RunAsync("check", "job.yaml", "--json"));
        var problems = JsonDocument.Parse(_terminal.Output).RootElement.GetProperty("problems");
        Assert.True(problems.GetArrayLength() >= 2, _terminal.Output);
    }

    [Fact]
    public async Task Init_writes_a_job_file_and_never_over_one()
    {
        Assert.Equal(0, await _terminal.RunAsync("init"));
        var written = File.ReadAllText(_terminal.Folder["job.yaml"]);
        Assert.Contains("segment_ids", written, StringComparison.Ordinal);
        File.WriteAllText(_terminal.Folder["job.yaml"], "mine");
        Assert.Equal(2, await _terminal.RunAsync("init"));
        Assert.Equal("mine", File.ReadAllText(_terminal.Folder["job.yaml"]));
    }

    [Fact]
    public async Task The_schema_is_JSON_and_nothing_else()
    {
        Assert.Equal(0, await _terminal.RunAsync("schema"));
        Assert.Equal("object", JsonDocument.Parse(_terminal.Output).RootElement.GetProperty("type").GetString());
    }

    [Fact]
    public async Task Status_of_an_unused_folder_creates_nothing()
    {
        Assert.Equal(0, await _terminal.RunAsync("status"));
        Assert.Contains("No job has run", _terminal.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_terminal.Folder.Path));
    }

    [Fact]
    public async Task A_tag_that_never_ran_is_refused()
    {
        Assert.Equal(2, await _terminal.RunAsync("runs", "nobody"));
        Assert.Contains("\"nobody\" is neither a job file nor the tag", _terminal.Errors, StringComparison.Ordinal);
    }
}
