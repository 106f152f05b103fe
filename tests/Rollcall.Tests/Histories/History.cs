using Rollcall.Simulators;

namespace Rollcall.Tests.Histories;

/// <summary>What happens to an account, a few people and one or two jobs. It is data: any step can be left out and the rest still happens.</summary>
internal sealed record History
{
    public const int Books = 2;

    public required int Seed { get; init; }

    public required SimulatorOptions Account { get; init; }

    public required IReadOnlyList<HistoryJob> Jobs { get; init; }

    /// <summary>Who is in which book before the jobs first run.</summary>
    public required IReadOnlyList<(int Person, int Book)> There { get; init; }

    public required IReadOnlyList<Step> Steps { get; init; }

    /// <summary>Addresses as people have them: some need escaping in paths, in CSV or in JSON.</summary>
    public static IReadOnlyList<string> People { get; } =
        ["ann@example.com", "bob+tag@example.com", "o'neil@example.com", "100%@example.com", "eve#1@example.com", "zoë@example.com", "gus@example.com", "Hal@Example.com"];

    public override string ToString() =>
        $"""
        seed {Seed}
        account: {Account.ListSuppression}, {Account.SuppressedInImport}, double opt-in {Account.DoubleOptIn}, patch joins {Account.PatchJoins}, import {Account.ImportLatency}, slow {Account.SlowImport}, watchdog {Account.WatchdogImport}, failed {Account.FailedImport}, applied {Account.AppliedBeforeRejection}, feeds late {Account.FeedDelay} lost {Account.FeedLoss:0.##}, low limit {Account.LowLimit}, challenges anyway {Account.ChallengeAnyway}, clock offset {Account.ClockOffset}
        {string.Join('\n', Jobs)}
        there: {string.Join(", ", There.Select(t => $"{People[t.Person]} in book {t.Book}"))}
        {string.Join('\n', Steps.Select((s, i) => $"{i + 1}. {s}"))}
        """;
}

/// <summary>A job of a history. <paramref name="Mapping"/>: audience (0: a, 1: b, ...) to book (0 or 1).</summary>
internal sealed record HistoryJob(string Tag, IReadOnlyList<(int Audience, int Book)> Mapping, string Exit, string Verify, bool VerifiedOptIn, bool TriggerJoin, string DirectApi, bool ExitExisting, bool RecreateDeleted, bool RestoreRemoved, string Comeback, bool MembersToo)
{
    public IEnumerable<int> Audiences => Mapping.Select(m => m.Audience).Distinct();

    public override string ToString() => $"job {Tag}: {string.Join(", ", Mapping.Select(m => $"{(char)('a' + m.Audience)} -> book {m.Book}"))}, exit {Exit}, verify {Verify}{(VerifiedOptIn ? ", verified opt-in" : "")}{(TriggerJoin ? ", trigger_join by " + DirectApi : "")}{(ExitExisting ? ", exit_existing" : "")}{(RecreateDeleted ? ", recreate_deleted" : "")}{(RestoreRemoved ? ", restores" : "")}{(Comeback == "no" ? "" : ", resubscribes " + Comeback + (MembersToo ? ", members too" : ""))}";
}

/// <summary>One thing that happens.</summary>
internal abstract record Step;

/// <summary>An audience is from now on these rows of <c>email,spend</c>.</summary>
internal sealed record AudienceIs(int Audience, IReadOnlyList<(string Email, int Spend)> Rows) : Step
{
    public override string ToString() => $"audience {(char)('a' + Audience)} is [{string.Join(", ", Rows.Select(r => $"{r.Email} {r.Spend}"))}]";
}

internal enum Deed
{
    LeavesBook,
    LeavesAccount,
    Bounces,
    Complains,
    ComesBackToBook,
    ComesBackToAccount,
    IsTakenOutOfBook,
    IsDeleted,
    Confirms,
}

/// <summary>Other hands than Rollcall's at Dotdigital.</summary>
internal sealed record OtherHand(Deed Deed, int Person, int Book) : Step
{
    public override string ToString() => $"{History.People[Person]} {Deed} {(Deed is Deed.LeavesBook or Deed.ComesBackToBook or Deed.IsTakenOutOfBook ? Book : "")}";
}

/// <summary>Time passes.</summary>
internal sealed record TimePasses(TimeSpan Time) : Step;

/// <summary>This machine's clock is set back, or right again.</summary>
internal sealed record ClockIsWrong(TimeSpan By) : Step;

/// <summary>A job says what it would do.</summary>
internal sealed record PlanOf(int Job) : Step;

/// <summary>A job is compared with its books.</summary>
internal sealed record ReconcileOf(int Job) : Step;

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
}

/// <summary>A job runs; it may be killed, meet faults, and other hands may be at work meanwhile.</summary>
internal sealed record RunOf(int Job, Way Way, IReadOnlyList<Fault> Faults, (string Word, int Number)? Kill, IReadOnlyList<(int BeforeRequest, OtherHand Hand)> Meanwhile) : Step
{
    public override string ToString() => $"job {Job} runs {Way}{(Kill is { } k ? $", killed at {k.Word} {k.Number}" : "")}{string.Concat(Faults.Select(f => $"; {f.Operation ?? "call"} {f.Occurrence}x{f.Times}: {f.Kind} {(f.Kind == FaultKind.Refuse ? f.Status : "")}"))}{string.Concat(Meanwhile.Select(m => $"; before request {m.BeforeRequest} {m.Hand}"))}";
}
