using Microsoft.Extensions.Logging;
using Rollcall.Cli.Logs;
using Rollcall.Model;
using Rollcall.Tests.Runs;
using Xunit;

namespace Rollcall.Tests.Cli;

public sealed class LogFileTests : IDisposable
{
    private const string Today = "logs/rollcall-2026-11-24.log";

    private readonly RecordedTerminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public void A_line_has_time_level_source_and_message()
    {
        using (var log = Open())
        {
            log.CreateLogger("Rollcall.Dotdigital").LogWarning("{Operation} failed ({Status}); again in {Pause:0} s", "contacts.find", 500, 1.0);
            log.CreateLogger("Rollcall").LogInformation(new InvalidOperationException("so"), "not {Shown}", (string?)null);
        }

        Assert.Equal(
            ["2026-11-24T06:00:00.000Z warning Dotdigital: contacts.find failed (500); again in 1 s", "2026-11-24T06:00:00.000Z info Rollcall: not null: so"],
            Lines(Today));
    }

    [Fact]
    public void At_midnight_a_process_that_lives_on_begins_a_new_file_and_drops_the_oldest()
    {
        _terminal.Folder.Write("logs/rollcall-2026-10-25.log", "30 days old until midnight");
        using var log = Open();
        var logger = log.CreateLogger("Rollcall");
        logger.LogInformation("before");
        Assert.True(File.Exists(_terminal.Folder["logs/rollcall-2026-10-25.log"]));

        _terminal.Clock.Advance(TimeSpan.FromHours(18));
        logger.LogInformation("after");

        Assert.EndsWith("before", Assert.Single(Lines(Today)), StringComparison.Ordinal);
        Assert.Equal("2026-11-25T00:00:00.000Z info Rollcall: after", Assert.Single(Lines("logs/rollcall-2026-11-25.log")));
        Assert.Equal(_terminal.Folder["logs/rollcall-2026-11-25.log"], log.Path);
        Assert.False(File.Exists(_terminal.Folder["logs/rollcall-2026-10-25.log"]));
    }

    [Fact]
    public async Task Processes_that_write_at_the_same_time_lose_no_line_of_each_other()
    {
        const int each = 300;
        using var one = Open();
        using var other = Open();

        await Task.WhenAll(Write(one, 'a', 1), Write(other, 'b', 5_000));

        Assert.Equal(
            Enumerable.Range(0, each).SelectMany(i => new[] { $"{i} {new string('a', 1)}", $"{i} {new string('b', 5_000)}" }).Order(StringComparer.Ordinal),
            Lines(Today).Select(line => line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..]).Order(StringComparer.Ordinal));

        static Task Write(LogFile log, char letter, int length) => Task.Run(() =>
        {
            var logger = log.CreateLogger("Rollcall");
            for (var i = 0; i < each; i++)
            {
                logger.LogInformation("{Number} {Text}", i, new string(letter, length));
            }
        });
    }

    [Fact]
    public void A_file_is_its_owners_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        using var log = Open();
        log.CreateLogger("Rollcall").LogInformation("x");

#pragma warning disable CA1416 // Skipped on Windows.
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(log.Path));
#pragma warning restore CA1416
    }

    [Fact]
    public void A_file_that_is_deleted_or_replaced_is_begun_anew()
    {
        using var log = Open();
        var logger = log.CreateLogger("Rollcall");
        logger.LogInformation("gone");
        File.Delete(log.Path);

        _terminal.Clock.Advance(TimeSpan.FromSeconds(1));
        logger.LogInformation("here");

        Assert.EndsWith("here", Assert.Single(Lines(Today)), StringComparison.Ordinal);

        // As forget does.
        File.Move(_terminal.Folder.Write("without-a-person", "what is kept\n"), log.Path, overwrite: true);
        _terminal.Clock.Advance(TimeSpan.FromSeconds(1));
        logger.LogInformation("there");

        Assert.Equal(2, Lines(Today).Length);
    }

    [Fact]
    public void A_log_that_cannot_be_written_is_reported_once_and_stops_nothing()
    {
        _terminal.Folder.Write("logs", "no folder");
        using var log = Open();
        var logger = log.CreateLogger("Rollcall");

        logger.LogInformation("one");
        logger.LogInformation("two");

        Assert.StartsWith("warning: The log cannot be written: ", Assert.Single(Errors()), StringComparison.Ordinal);
        Assert.ThrowsAny<IOException>(() => log.WriteTrace(new InvalidOperationException("x")));
    }

    [Fact]
    public void Errors_are_shown_too_and_warnings_where_no_report_shows_them()
    {
        using (var log = Open())
        {
            log.CreateLogger("Rollcall").LogWarning("unshown");
            log.CreateLogger("Rollcall").LogError("of {Email}", "ada@example.com");
        }

        using (var log = new LogFile(_terminal.Folder.Path, _terminal.Terminal.Err, _terminal.Clock, showEmails: false, sayWarnings: true))
        {
            log.CreateLogger("Rollcall").LogWarning("shown");
        }

        Assert.Equal(["error: of a***@e***.com", "warning: shown"], Errors());
    }

    [Fact]
    public async Task Each_line_of_a_run_names_the_run_and_the_job_and_once_known_the_account()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ada@example.com");
        RunResult result;
        using (var log = new LogFile(_terminal.Folder.Path, _terminal.Terminal.Err, _terminal.Clock, showEmails: false, detailed: true))
        {
            var workplace = scene.Workplace() with { Logs = log };
            result = await ExportRun.ExecuteAsync(scene.Job(), new RunOptions(), workplace, TestContext.Current.CancellationToken);
            log.CreateLogger("Rollcall").LogInformation("outside");
        }

        var lines = Lines(Today);
        Assert.Contains(lines,
            line => line.StartsWith($"2026-11-24T06:00:00.000Z debug Dotdigital run={result.RunId} job={result.Job}: ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains($" debug Dotdigital run={result.RunId} job={result.Job} account=", StringComparison.Ordinal)
            && line.Contains(": contacts.import answered 202 in ", StringComparison.Ordinal));
        Assert.All(lines[..^1], line => Assert.Contains($" run={result.RunId} job={result.Job}", line, StringComparison.Ordinal));
        Assert.Equal("2026-11-24T06:00:00.000Z info Rollcall: outside", lines[^1]);
    }

    [Fact]
    public void Calls_are_only_in_a_detailed_log()
    {
        using (var log = Open())
        {
            log.CreateLogger("Rollcall.Dotdigital").LogDebug("a call");
            log.CreateLogger("Rollcall").LogInformation("a line");
        }

        Assert.EndsWith("a line", Assert.Single(Lines(Today)), StringComparison.Ordinal);
    }

    private LogFile Open() => new(_terminal.Folder.Path, _terminal.Terminal.Err, _terminal.Clock, showEmails: false);

    private string[] Errors() => _terminal.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private string[] Lines(string file) => File.ReadAllLines(_terminal.Folder[file]);
}
