using Microsoft.Extensions.Time.Testing;
using Rollcall.Simulators;
using Rollcall.TestKit;
using Rollcall.TestKit.Specifications;
using Xunit;

namespace Rollcall.EndToEnd.Tests.Crashes;

/// <summary>
/// Kills while the end of writes is not known: calls are not answered, imports fail or are reported in part, and all of it is applied hours later. Two kills
/// a history, the second in the run that checks the watch; in the end every book is correct.
/// </summary>
public abstract class WatchCrashTests : CrashTests
{
    private const int First = 1000;

    protected static IEnumerable<TheoryDataRow<int>> Watched(int remainder) =>
        (Only is { } only ? [only] : Enumerable.Range(First, 60)).Where(s => s >= First && s % 2 == remainder).Select(s => new TheoryDataRow<int>(s));

    protected static async Task KillWatchAndCompareAsync(int seed)
    {
        var random = new Random(seed);
        var kind = random.Next(4) == 0 ? CrashKind.Single : CrashKind.Bulk;
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));
        using var folder = new TempFolder();
        await using var simulator = await DotdigitalSimulator.StartAsync(
            Faulty(CrashHistory.Options(kind, random), kind, random) with { Clock = clock, RequestLogFile = folder["requests.jsonl"] });
        var history = new CrashHistory(kind, random, simulator.Account);
        folder.Write("job.yaml", history.Job(simulator.Url));

        history.WriteAudiences(folder);
        var kill = CrashHistory.KillPoint(random, 1);
        Assert.Equal(137, (await RunAsync(folder, kill)).ExitCode);
        if (random.Next(2) == 0)
        {
            history.SomeoneOptsOut();
        }

        await RunUntilDoneAsync(folder, seed, kill);
        history.Change();
        history.WriteAudiences(folder);
        await RunUntilDoneAsync(folder, seed, kill);

        // All late writes have been applied by now.
        clock.Advance(TimeSpan.FromHours(3));
        var again = CrashHistory.KillPoint(random, 3);
        Assert.Equal(137, (await RunAsync(folder, again)).ExitCode);
        await RunUntilDoneAsync(folder, seed, again);

        history.Compare($"seed {seed}, {kind}, killed at {kill} and {again}");
        clock.Advance(TimeSpan.FromHours(25));
        await RunUntilDoneAsync(folder, seed, again);
        var writes = history.Writes;
        await RunUntilDoneAsync(folder, seed, again);
        Assert.Equal(writes, history.Writes);
        history.Compare($"seed {seed}, {kind}, a day later");
        OfficialSpecifications.Known?.AssertValid(RequestLog.Read(folder["requests.jsonl"]).Select(call => call.Exchange));
    }

    /// <summary>An account that loses answers and reports, and applies late what it lost.</summary>
    private static SimulatorOptions Faulty(SimulatorOptions options, CrashKind kind, Random random) => options with
    {
        ImportLatency = TimeSpan.Zero,
        DeletionLatency = TimeSpan.Zero,
        ListSuppression = random.Next(4) == 0 ? ListSuppression.Keeps : ListSuppression.Clears,
        LateUnanswered = kind == CrashKind.Single ? TimeSpan.Zero : TimeSpan.FromMinutes(50 * random.Next(3)),
        LateRejected = TimeSpan.FromMinutes(50),
        FailedImport = random.Next(3) == 0 ? random.Next(1, 4) : null,
        ReportOmitsEvery = random.Next(3) == 0 ? 7 : null,
        RemovalTakesOptOut = random.Next(2) == 0,
        Faults = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Lost(kind, random))],
    };

    private static Fault Lost(CrashKind kind, Random random) => new()
    {
        Kind = FaultKind.DropAfter,
        Occurrence = random.Next(1, 4),
        Operation = random.Next(3) switch
        {
            0 => "deleteContactsFromAddressBook",
            1 when kind == CrashKind.Single => "addContactToAddressBook",
            _ => "importContacts",
        },
    };
}

/// <summary>Even seeds; the halves run side by side.</summary>
public sealed class EvenWatchCrashTests : WatchCrashTests
{
    public static IEnumerable<TheoryDataRow<int>> Cases() => Watched(0);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public Task What_is_applied_late_is_put_right_however_often_the_program_is_killed(int seed) => KillWatchAndCompareAsync(seed);
}

/// <summary>Odd seeds.</summary>
public sealed class OddWatchCrashTests : WatchCrashTests
{
    public static IEnumerable<TheoryDataRow<int>> Cases() => Watched(1);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public Task What_is_applied_late_is_put_right_however_often_the_program_is_killed(int seed) => KillWatchAndCompareAsync(seed);
}
