using Rollcall.Model;

namespace Rollcall.Cli.Demo;

/// <summary>The answer of <c>rollcall demo</c>.</summary>
/// <param name="Folder">Where the job file, the data and the ledger are.</param>
/// <param name="Simulator">The simulated Dotdigital's address; it stops when the program ends.</param>
/// <param name="People">Customers of the shop.</param>
/// <param name="Plan">The plan before the first run.</param>
/// <param name="FirstRun">The first run.</param>
/// <param name="Between">What changed between the runs.</param>
/// <param name="SecondRun">The second run.</param>
/// <param name="Calls">What the runs cost.</param>
/// <param name="Explained">Why one of the people left out was left out; null when there are none.</param>
/// <param name="Comeback">The run of the second job, which resubscribes people.</param>
/// <param name="Consent">A person who was challenged, a person who must not be resubscribed, and a person who left during a run.</param>
internal sealed record DemoDocument(
    string Folder, string Simulator, int People, RunResult Plan, RunResult FirstRun, DemoBetween Between, RunResult SecondRun, DemoCalls Calls,
    Explanation? Explained, RunResult Comeback, IReadOnlyList<Explanation> Consent);

/// <summary>What changed between the runs.</summary>
internal sealed record DemoBetween(int Came, int CollectedPoints, int Moved, int Left, int Unsubscribed, int LeftBook, int Bounced, int SaidYes, int Silent);

/// <summary>Calls of both runs, compared with a sender that makes one call per person, book and change.</summary>
internal sealed record DemoCalls(long Used, long OneByOne)
{
    public static DemoCalls Of(params IReadOnlyList<RunResult> runs) => new(runs.Sum(run => run.ApiCalls.Total), runs.Sum(EachByItself));

    /// <summary>Changes of a run, counted per person and book: the calls of a sender that makes one for each.</summary>
    public static long EachByItself(RunResult run) => run.Audiences.Sum(one => one.Entered + one.Updated + one.Exited);
}
