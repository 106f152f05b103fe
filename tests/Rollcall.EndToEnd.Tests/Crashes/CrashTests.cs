using System.Globalization;
using Rollcall.Simulators;
using Rollcall.TestKit;
using Rollcall.TestKit.Processes;
using Rollcall.TestKit.Specifications;
using Xunit;

namespace Rollcall.EndToEnd.Tests.Crashes;

/// <summary>
/// Kills the program with signal 9 at the Nth request, answer, commit or file, with faults of the network injected, in the first run or a later one;
/// then runs it until it is done and compares the books with the truth. A seed is one history; ROLLCALL_CRASH_SEEDS asks for more of them,
/// ROLLCALL_CRASH_SEED for one alone.
/// </summary>
public abstract class CrashTests
{
    private const int Kills = 2;

    protected static readonly int? Only = int.TryParse(Environment.GetEnvironmentVariable("ROLLCALL_CRASH_SEED"), CultureInfo.InvariantCulture, out var only)
        ? only
        : null;

    private static readonly int Seeds = int.TryParse(Environment.GetEnvironmentVariable("ROLLCALL_CRASH_SEEDS"), CultureInfo.InvariantCulture, out var seeds)
        ? seeds
        : 100;

    protected static IEnumerable<TheoryDataRow<int>> Half(int remainder) =>
        (Only is { } only ? [only] : Enumerable.Range(0, Seeds)).Where(s => s % 2 == remainder).Select(s => new TheoryDataRow<int>(s));

    protected static async Task KillAndCompareAsync(int seed)
    {
        var random = new Random(seed);
        var kind = (CrashKind)(seed / 2 % Enum.GetValues<CrashKind>().Length);
        using var folder = new TempFolder();
        await using var simulator = await DotdigitalSimulator.StartAsync(CrashHistory.Options(kind, random) with { RequestLogFile = folder["requests.jsonl"] });
        var history = new CrashHistory(kind, random, simulator.Account);
        folder.Write("job.yaml", history.Job(simulator.Url));

        // Phase one: a first export. Phase two: people enter, change and leave, and some opt out by themselves. A kill in both; a phase more where the second
        // run ended before its kill.
        var kills = 0;
        for (var phase = 1; kills < Kills; phase++)
        {
            history.WriteAudiences(folder);
            var kill = CrashHistory.KillPoint(random, phase);
            var killed = await RunAsync(folder, kill);
            Assert.True(killed.ExitCode == 137 || phase == 2, $"Seed {seed}: the run was not killed at {kill}: {killed.ExitCode} {killed.Errors}");
            kills += killed.ExitCode == 137 ? 1 : 0;
            if (random.Next(2) == 0)
            {
                history.SomeoneOptsOut();
            }

            var contacts = simulator.Account.ContactCount;
            await RunUntilDoneAsync(folder, seed, kill);
            foreach (var email in history.NotBack)
            {
                // A resubscription without an answer counts as sent: it is only repeated manually.
                Assert.Contains(
                    RequestLog.Read(folder["requests.jsonl"]),
                    call => call.Operation == "importContacts" && call.Exchange.Status != 202
                    && call.Exchange.RequestBody.Contains("resubscribeOptions", StringComparison.Ordinal));
                var asked = await RunAsync(folder, null, $"retry job.yaml --challenge {email}");
                Assert.True(asked.ExitCode == 0, $"Seed {seed}, {email}: {asked.ExitCode} {asked.Output} {asked.Errors}");
            }

            history.Compare($"seed {seed}, {kind}, phase {phase}, killed at {kill}");
            Assert.True(simulator.Account.ContactCount >= contacts, "A contact was deleted.");

            var writes = history.Writes;
            var unchanged = await RunAsync(folder, null);
            Assert.True(unchanged.ExitCode == 0, $"Seed {seed}: {unchanged.ExitCode} {unchanged.Output} {unchanged.Errors}");
            Assert.Equal(writes, history.Writes);
            history.Change();
        }

        OfficialSpecifications.Known?.AssertValid(RequestLog.Read(folder["requests.jsonl"]).Select(call => call.Exchange));
    }

    protected static async Task RunUntilDoneAsync(TempFolder folder, int seed, string kill)
    {
        ProcessResult? last = null;
        for (var run = 0; run < 6; run++)
        {
            last = await RunAsync(folder, null);
            if (last.ExitCode == 0)
            {
                AddsUp(last);
                return;
            }

            // A fault may stop a run early (4) or leave someone for the next run (1); nothing else is allowed.
            Assert.True(last.ExitCode is 1 or 4, $"Seed {seed}, killed at {kill}: exit code {last.ExitCode}. {last.Output} {last.Errors}");
        }

        Assert.Fail($"Seed {seed}, killed at {kill}: not done after six runs. {last!.Output} {last.Errors}");
    }

    private static void AddsUp(ProcessResult result)
    {
        foreach (var audience in result.Json.GetProperty("audiences").EnumerateArray())
        {
            long Of(string name) => audience.GetProperty(name).GetInt64();
            Assert.Equal(Of("members"), Of("entered") + Of("updated") + Of("unchanged") + Of("suppressed") + Of("invalid") + Of("omitted") + Of("held"));
        }
    }

    protected static Task<ProcessResult> RunAsync(TempFolder folder, string? kill, string command = "run job.yaml --allow exits") => RollcallProcess.RunAsync(
        folder.Path,
        [.. command.Split(' '), "--json", "--data", "data"],
        kill is null ? null : new Dictionary<string, string> { ["ROLLCALL_KILL_AT"] = kill });
}

/// <summary>Even seeds; the halves run side by side.</summary>
public sealed class EvenCrashTests : CrashTests
{
    public static IEnumerable<TheoryDataRow<int>> Cases() => Half(0);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public Task A_kill_at_any_moment_loses_nothing_and_sends_nothing_wrong(int seed) => KillAndCompareAsync(seed);
}

/// <summary>Odd seeds.</summary>
public sealed class OddCrashTests : CrashTests
{
    public static IEnumerable<TheoryDataRow<int>> Cases() => Half(1);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public Task A_kill_at_any_moment_loses_nothing_and_sends_nothing_wrong(int seed) => KillAndCompareAsync(seed);
}
