using System.Globalization;
using Xunit;

namespace Rollcall.Tests.Histories;

/// <summary>
/// Random histories of audiences, people, books, jobs, faults, kills and clocks, run through the engine and compared with
/// <see cref="PlainModel"/>: one case per seed.
/// ROLLCALL_HISTORIES sets the number (default: 300), ROLLCALL_HISTORY_FROM the first seed, ROLLCALL_HISTORY_SEED runs a single one, and
/// ROLLCALL_HISTORY_LOG is a file for its calls.
/// </summary>
public abstract class HistoryTests
{
    private const int Parts = 4;
    private const int MostTries = 60;

    // The random numbers of neighbouring seeds resemble one another.
    private const int Apart = 4;

    /// <summary>The seeds of one of the four classes, which run side by side.</summary>
    protected static TheoryData<int> Seeds(int part)
    {
        var only = Number("ROLLCALL_HISTORY_SEED");
        var (from, count) = only is { } seed ? (seed, 1) : (Number("ROLLCALL_HISTORY_FROM") ?? 1, Number("ROLLCALL_HISTORIES") ?? 300);
        return [.. Enumerable.Range(from, count).Where(s => s % Parts == part)];
    }

    protected static async Task EndsWellAsync(int seed)
    {
        var history = HistoryMaker.Make(seed * Apart);
        if (await PlayAsync(history) is { Wrong: { } wrong })
        {
            Assert.Fail(await SmallestAsync(history, wrong));
        }
    }

    internal static async Task<(string? Wrong, IReadOnlyList<string> Told)> PlayAsync(History history)
    {
        await using var stage = await HistoryStage.SetAsync(history);
        return (await stage.PlayAsync(), stage.Told);
    }

    /// <summary>Leaves out one step after the other, as long as something stays wrong.</summary>
    internal static async Task<string> SmallestAsync(History history, string wrong)
    {
        var tries = 0;
        for (var i = history.Steps.Count - 1; i >= 0; i--)
        {
            foreach (var smaller in Smaller(history, i).TakeWhile(_ => tries++ < MostTries))
            {
                if ((await PlayAsync(smaller)).Wrong is { } still)
                {
                    (history, wrong) = (smaller, still);
                    break;
                }
            }
        }

        var last = await PlayAsync(history);
        return $"{history}\nran:\n{string.Join('\n', last.Told)}\nwrong: {last.Wrong ?? wrong}\nAgain: ROLLCALL_HISTORY_SEED={history.Seed / Apart}";
    }

    private static IEnumerable<History> Smaller(History history, int at)
    {
        yield return history with { Steps = [.. history.Steps.Where((_, i) => i != at)] };
        if (history.Steps[at] is RunOf run)
        {
            History With(RunOf simpler) => history with { Steps = [.. history.Steps.Select((s, i) => i == at ? simpler : s)] };
            if (run.Faults.Count + run.Meanwhile.Count > 0 || run.Kill is not null)
            {
                yield return With(run with { Faults = [], Meanwhile = [], Kill = null });
            }

            if (run.Faults.Count > 0)
            {
                yield return With(run with { Faults = [] });
            }

            if (run.Meanwhile.Count > 0)
            {
                yield return With(run with { Meanwhile = [] });
            }

            if (run.Kill is not null)
            {
                yield return With(run with { Kill = null });
            }
        }
    }

    private static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : null;
}

public sealed class FirstHistoryTests : HistoryTests
{
    public static TheoryData<int> Mine => Seeds(0);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Mine))]
    public Task In_any_history_everyone_ends_where_they_must_and_nobody_is_wrongly_mailed_added_or_dropped(int seed) => EndsWellAsync(seed);
}

public sealed class SecondHistoryTests : HistoryTests
{
    public static TheoryData<int> Mine => Seeds(1);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Mine))]
    public Task In_any_history_everyone_ends_where_they_must_and_nobody_is_wrongly_mailed_added_or_dropped(int seed) => EndsWellAsync(seed);
}

public sealed class ThirdHistoryTests : HistoryTests
{
    public static TheoryData<int> Mine => Seeds(2);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Mine))]
    public Task In_any_history_everyone_ends_where_they_must_and_nobody_is_wrongly_mailed_added_or_dropped(int seed) => EndsWellAsync(seed);
}

public sealed class FourthHistoryTests : HistoryTests
{
    public static TheoryData<int> Mine => Seeds(3);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Mine))]
    public Task In_any_history_everyone_ends_where_they_must_and_nobody_is_wrongly_mailed_added_or_dropped(int seed) => EndsWellAsync(seed);
}
