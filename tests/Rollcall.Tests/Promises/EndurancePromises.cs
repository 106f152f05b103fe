using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Simulators;
using Rollcall.Tests.Histories;
using Rollcall.Tests.Runs;
using Xunit;

namespace Rollcall.Tests.Promises;

/// <summary>Limits, faults and large numbers are handled and reported, and nobody is lost.</summary>
public sealed class EndurancePromises
{
    [Fact]
    public async Task One_stuck_batch_starves_nothing_else()
    {
        var clocks = new TwoClocks();
        await using var scene = await ExportScene.StartAsync(o => o with { Clock = clocks.Theirs, StuckImport = 1 });
        scene.Set("gold", "ann@example.com");
        using var line = new TimedLine(clocks);
        await RunAsync(scene, clocks, line);

        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Set("silver", "cyd@example.com");
        var second = await RunAsync(scene, clocks, line);
        var other = await ExportRun.ExecuteAsync(
            scene.Job() with { Tag = "other" },
            new RunOptions(),
            Workplace(scene, clocks, line),
            TestContext.Current.CancellationToken);

        Assert.Contains("bob@example.com", scene.In(scene.Gold));
        Assert.Equal(["cyd@example.com"], scene.In(scene.Silver));
        Assert.Equal((1L, ExitCode.SomeNotDelivered), (second.Audiences[0].Held, second.ExitCode));
        Assert.Equal(RunState.Completed, other.State);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.5)]
    public async Task Rate_limits_are_obeyed_and_waited_out_and_other_users_of_the_account_get_their_share(double share)
    {
        const int limit = 20;
        var clocks = new TwoClocks();
        await using var scene = await ExportScene.StartAsync(o => o with { Clock = clocks.Theirs, MediumLimit = limit });
        scene.Config = "  trigger_join: true";
        scene.More = $"budget: {{share: {share.ToString(System.Globalization.CultureInfo.InvariantCulture)}}}";
        scene.Set("gold", Enumerable.Range(0, 60).Select(i => $"m{i}@example.com"));
        using var line = new TimedLine(clocks);

        var result = await RunAsync(scene, clocks, line);

        Assert.Equal((60L, 60), (result.Audiences[0].Entered, scene.In(scene.Gold).Count));
        Assert.DoesNotContain(HttpStatusCode.TooManyRequests, line.Answers.Select(a => a.Status));
        var adds = line.Answers
            .Where(a => a.Request.StartsWith("POST", StringComparison.Ordinal))
            .GroupBy(a => a.At.ToUnixTimeSeconds() / 60)
            .Select(g => g.Count())
            .ToList();
        Assert.All(adds, n => Assert.InRange(n, 1, (int)(limit * share)));
    }

    [Fact]
    public async Task A_refusal_for_too_many_calls_is_waited_out()
    {
        var clocks = new TwoClocks();
        await using var scene = await ExportScene.StartAsync(o => o with { Clock = clocks.Theirs });
        scene.Set("gold", "ann@example.com");
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.Refuse, Status = 429, Times = 3 });
        using var line = new TimedLine(clocks);

        var result = await RunAsync(scene, clocks, line);

        Assert.Equal((ExitCode.Done, 4), (result.ExitCode, scene.Account.Calls["importContacts"]));
        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_failed_status_poll_does_not_fail_the_import()
    {
        var clocks = new TwoClocks();
        await using var scene = await ExportScene.StartAsync(o => o with { Clock = clocks.Theirs, ImportLatency = TimeSpan.FromMinutes(3) });
        scene.Set("gold", "ann@example.com");
        scene.Account.AddFaults(
            new Fault { Operation = "getImportStatus", Kind = FaultKind.Refuse, Status = 500, Times = 9 },
            new Fault { Operation = "getImportStatus", Occurrence = 10, Times = 9, Kind = FaultKind.DropAfter });
        using var line = new TimedLine(clocks);

        var result = await RunAsync(scene, clocks, line);

        Assert.Equal((ExitCode.Done, 1L, 1), (result.ExitCode, result.Audiences[0].Entered, scene.Account.Calls["importContacts"]));
    }

    [Fact]
    public async Task The_first_huge_sync_is_fast_shows_progress_and_resumes()
    {
        const int members = 60_000;
        await using var scene = await ExportScene.StartAsync();
        var name = new string('x', 900);
        scene.Set("gold", Enumerable.Range(0, members).Select(i => $"m{i}@example.com,{name},1"));
        var (imports, steps) = (0, new ConcurrentQueue<RunProgress>());
        scene.Before = request =>
        {
            if (request.StartsWith("PUT", StringComparison.Ordinal) && ++imports == 2)
            {
                throw new InvalidOperationException("The process dies before the second body.");
            }
        };
        await Assert.ThrowsAsync<InvalidOperationException>(() => scene.RunAsync());
        scene.Before = null;

        var result = await ExportRun.ExecuteAsync(
            scene.Job(),
            new RunOptions(),
            scene.Workplace() with { Progress = new RecordedProgress(steps) },
            TestContext.Current.CancellationToken);

        // The first body is settled and not sent again: two bodies hold everyone.
        Assert.Equal((members, 2), (scene.In(scene.Gold).Count, scene.Account.Calls["importContacts"]));
        Assert.InRange(result.Audiences[0].Entered, 1, members - 1);
        Assert.InRange(result.ApiCalls.Total, 1, 60);
        Assert.Contains(steps, s => s.Step == "import");
        Assert.Contains(steps, s => s.Step == "compare");
    }

    [Fact]
    public async Task Request_bodies_passwords_and_whole_profiles_are_never_in_a_log()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "secret.person@example.com,Hidden Name,4711");
        scene.Account.AddFaults(
            new Fault { Operation = "importContacts", Kind = FaultKind.DropAfter },
            new Fault { Occurrence = 3, Kind = FaultKind.Refuse, Status = 500 });
        using var log = new CollectedLog();

        await ExportRun.ExecuteAsync(scene.Job(), new RunOptions(), scene.Workplace() with { Logs = log }, TestContext.Current.CancellationToken);

        Assert.NotEmpty(log.Lines);
        Assert.All(log.Lines, l => Assert.DoesNotContain("secret.person", l, StringComparison.OrdinalIgnoreCase));
        Assert.All(log.Lines, l => Assert.DoesNotContain("Hidden Name", l, StringComparison.Ordinal));
        Assert.All(log.Lines, l => Assert.DoesNotContain(Rollcall.TestKit.Some.Password, l, StringComparison.Ordinal));
        Assert.All(log.Lines, l => Assert.DoesNotContain("Basic ", l, StringComparison.Ordinal));
    }

    private static Task<RunResult> RunAsync(ExportScene scene, TwoClocks clocks, TimedLine line) =>
        ExportRun.ExecuteAsync(scene.Job(), new RunOptions(), Workplace(scene, clocks, line), TestContext.Current.CancellationToken);

    private static Workplace Workplace(ExportScene scene, TwoClocks clocks, TimedLine line) => scene.Workplace() with { Clock = clocks.Ours, Http = line };

    private sealed class RecordedProgress(ConcurrentQueue<RunProgress> steps) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => steps.Enqueue(value);
    }

    private sealed class CollectedLog : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception) + exception);

        public void Dispose()
        {
        }
    }
}
