using System.Collections.Concurrent;
using System.Globalization;
using Xunit;

namespace Rollcall.Tests.Histories;

/// <summary>
/// Random histories of audiences, people, other hands, faults, kills and clocks, played through the engine and held against <see cref="PlainModel"/>.
/// ROLLCALL_HISTORIES says how many (500 when not said), ROLLCALL_HISTORY_FROM with which seed they begin, ROLLCALL_HISTORY_SEED plays one alone.
/// </summary>
public sealed class HistoryTests
{
    private const int KillsOf500 = 200;

    [Fact]
    public async Task Whatever_happens_everyone_ends_where_they_must_and_nobody_is_mailed_added_or_dropped_wrongly()
    {
        var only = Number("ROLLCALL_HISTORY_SEED");
        var (from, count) = only is { } seed ? (seed, 1) : (Number("ROLLCALL_HISTORY_FROM") ?? 1, Number("ROLLCALL_HISTORIES") ?? 500);
        var (kills, runs) = (0, 0);
        var failures = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(Enumerable.Range(from, count), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = TestContext.Current.CancellationToken }, async (seed, _) =>
        {
            if (failures.Count >= 3)
            {
                return;
            }

            var history = HistoryMaker.Make(seed);
            var played = await PlayAsync(history);
            Interlocked.Add(ref kills, played.Kills);
            Interlocked.Add(ref runs, played.Runs);
            if (played.Wrong is not null)
            {
                failures.Enqueue(await SmallestAsync(history, played.Wrong));
            }
        });

        TestContext.Current.SendDiagnosticMessage($"{count} histories, {runs} runs, {kills} kills.");
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures));
        Assert.True(kills >= count * KillsOf500 / 500 || count < 100, $"Only {kills} kills in {count} histories.");
    }

    private static async Task<(string? Wrong, IReadOnlyList<string> Told, int Kills, int Runs)> PlayAsync(History history)
    {
        await using var stage = await HistoryStage.SetAsync(history);
        return (await stage.PlayAsync(), stage.Told, stage.Kills, stage.Runs);
    }

    /// <summary>Leaves out one step after the other, as long as something stays wrong.</summary>
    private static async Task<string> SmallestAsync(History history, string wrong)
    {
        for (var i = history.Steps.Count - 1; i >= 0; i--)
        {
            foreach (var smaller in Smaller(history, i))
            {
                if ((await PlayAsync(smaller)).Wrong is { } still)
                {
                    (history, wrong) = (smaller, still);
                    break;
                }
            }
        }

        var last = await PlayAsync(history);
        return $"{history}\nran:\n{string.Join('\n', last.Told)}\nwrong: {last.Wrong ?? wrong}\nAgain: ROLLCALL_HISTORY_SEED={history.Seed}";
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

    private static int? Number(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : null;
}
