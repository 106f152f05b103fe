using Rollcall.Simulators;

namespace Rollcall.Tests.Histories;

/// <summary>One thing that happens.</summary>
internal abstract record Step;

/// <summary>An audience is from now on these rows.</summary>
internal sealed record AudienceIs(int Audience, IReadOnlyList<HistoryRow> Rows) : Step
{
    public override string ToString() => $"audience {(char)('a' + Audience)} is [{string.Join(", ", Rows)}]";
}

/// <summary>What people and marketers do at Dotdigital.</summary>
internal enum AccountAction
{
    LeavesBook,
    LeavesAccount,
    Bounces,
    Complains,
    ComesBackToBook,
    ComesBackToAccount,
    IsTakenOutOfBook,
    IsDeleted,
    RegistersAgain,
    ChangesAddress,
    IsMerged,
    Confirms,
    BookIsEmptied,
    BookIsRecreated,
}

/// <summary>Something is done at Dotdigital without Rollcall. With <paramref name="Other"/>, a person is merged with another.</summary>
internal sealed record AtDotdigital(AccountAction Action, int Person, int Book, int? Other = null) : Step
{
    public override string ToString() => Action is AccountAction.BookIsEmptied or AccountAction.BookIsRecreated
        ? $"book {Book}: {Action}"
        : $"{History.People[Person]} {Action}"
            + (IsInBook ? $" {Book}" : "")
            + (Other is { } other ? " with " + History.People[other] : "");

    private bool IsInBook =>
        Action is AccountAction.LeavesBook or AccountAction.ComesBackToBook or AccountAction.IsTakenOutOfBook or AccountAction.RegistersAgain;
}

/// <summary>Time passes.</summary>
internal sealed record TimePasses(TimeSpan Time) : Step;

/// <summary>This machine's clock is set wrong, or right again.</summary>
internal sealed record ClockIsWrong(TimeSpan By) : Step;

/// <summary>A job is planned.</summary>
internal sealed record PlanOf(int Job) : Step;

/// <summary>A job is compared with its books.</summary>
internal sealed record ReconcileOf(int Job) : Step;

/// <summary>A job's file is edited.</summary>
internal sealed record JobIsEdited(int Job, HistoryJob Becomes) : Step
{
    public override string ToString() => $"job {Job} becomes {Becomes}";
}

/// <summary>A person is erased from the data folder.</summary>
internal sealed record Forgets(int Person) : Step
{
    public override string ToString() => $"{History.People[Person]} is forgotten";
}

/// <summary>How much of its work a run does.</summary>
internal enum Way
{
    Whole,
    Only,
    Limit,
    Retry,
    Adopt,
    AdoptOwn,
    Verify,
}

/// <summary>A job runs; it may be killed, meet faults or release what was removed from it, and other events may happen meanwhile.</summary>
internal sealed record RunOf(
    int Job, Way Way, IReadOnlyList<Fault> Faults, (string Word, int Number)? Kill, IReadOnlyList<(int BeforeRequest, Step Step)> Meanwhile) : Step
{
    /// <summary>An audience and a book that were removed from the job, and are released.</summary>
    public (int Audience, int Book)? Release { get; init; }

    public override string ToString() =>
        $"job {Job} runs {Way}{(Release is { } r ? $", releases {(char)('a' + r.Audience)} -> book {r.Book}" : "")}"
        + $"{(Kill is { } k ? $", killed at {k.Word} {k.Number}" : "")}"
        + string.Concat(Faults.Select(Words))
        + string.Concat(Meanwhile.Select(m => $"; before request {m.BeforeRequest} {m.Step}"));

    private static string Words(Fault fault) =>
        $"; {fault.Operation ?? "call"} {fault.Occurrence}x{fault.Times}: {fault.Kind} {(fault.Kind == FaultKind.Refuse ? fault.Status : "")}"
        + (fault.Late is { } late ? $" late {late}" : "");
}

/// <summary>Two jobs, or one job twice, run side by side.</summary>
internal sealed record SideBySide(RunOf First, RunOf Second) : Step
{
    public override string ToString() => $"side by side: {First} | {Second}";
}
