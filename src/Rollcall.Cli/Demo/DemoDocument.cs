namespace Rollcall.Cli.Demo;

/// <summary>The answer of <c>rollcall demo</c>.</summary>
/// <param name="Folder">Where the job file, the data and the ledger are.</param>
/// <param name="Simulator">The simulated Dotdigital's address; it is gone when the program ends.</param>
/// <param name="People">Customers of the shop.</param>
/// <param name="Plan">The plan before the first run.</param>
/// <param name="FirstRun">The first run.</param>
/// <param name="Between">What changed between the runs.</param>
/// <param name="SecondRun">The second run.</param>
/// <param name="Calls">What the runs cost.</param>
/// <param name="Explained">Why one of those who were left out is left out; null when nobody is.</param>
/// <param name="Comeback">The run of the second job, which brings people back.</param>
/// <param name="Consent">Somebody asked whether to come back, somebody who may not be brought back, and somebody who left while a run was under way.</param>
internal sealed record DemoDocument(
    string Folder, string Simulator, int People, RunResult Plan, RunResult FirstRun, DemoBetween Between, RunResult SecondRun, DemoCalls Calls, Explanation? Explained, RunResult Comeback, IReadOnlyList<Explanation> Consent);

/// <summary>What changed between the runs.</summary>
internal sealed record DemoBetween(int Came, int CollectedPoints, int Moved, int Left, int Unsubscribed, int LeftBook, int Bounced, int SaidYes, int Silent);

/// <summary>Calls of both runs, and those of a sender that makes one a person, book and change.</summary>
internal sealed record DemoCalls(long Used, long OneByOne)
{
    public static DemoCalls Of(params IReadOnlyList<RunResult> runs) => new(runs.Sum(run => run.ApiCalls.Total), runs.Sum(EachByItself));

    /// <summary>Changes of a run, a person and book each: the calls of a sender that makes one for each.</summary>
    public static long EachByItself(RunResult run) => run.Audiences.Sum(one => one.Entered + one.Updated + one.Exited);
}
