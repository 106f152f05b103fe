namespace Rollcall.Tests.Histories;

/// <summary>
/// What cannot be known or prevented, as worded in docs/architecture.md, <i>Known limits</i>. The plain model accepts no other exception.
/// </summary>
internal static class KnownLimits
{
    public const string Lifted =
        "Where lists lift opt-outs, an opt-out is lost if a write that names the list is applied after it and before any answer has shown it.";
    public const string Taken =
        "Where a removal takes the opt-out along, an opt-out is lost if the removal is applied after it and before any answer has shown it.";
    public const string Gone =
        "An opt-out that no answer has shown is lost when its contact, or its book, is deleted or merged, or gets another address, at Dotdigital.";
    public const string Merged =
        "The books that a merged contact left under its other address are known only from the first answer that shows them.";
    public const string CameBack =
        "An opt-out that a person took back on their own while a write of ours may still be applied is undone like one that our write lifted.";
    public const string CreatedLate =
        "A contact deleted at Dotdigital while a write about it may still be applied is created again when that write is applied.";
    public const string AddedTwice =
        "A single add without an answer is repeated by the next run that does not find the person; if the first is applied after that, the join action "
        + "fires twice.";

    public static IReadOnlyList<string> All { get; } = [Lifted, Taken, Gone, Merged, CameBack, CreatedLate, AddedTwice];
}
