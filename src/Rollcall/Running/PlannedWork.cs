using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Running;

/// <summary>What a run is about to do.</summary>
/// <param name="Read">What was read.</param>
/// <param name="Lost">The audiences, by index, whose exits wait because more of their rows have no usable address than before.</param>
/// <param name="Counts">What the comparison found.</param>
/// <param name="Verdict">What the guards hold.</param>
/// <param name="Records">How its import records are written.</param>
/// <param name="Direct">Who is added one by one.</param>
/// <param name="Mails">The mails it may cause.</param>
/// <param name="Moves">How many contacts move.</param>
internal sealed record PlannedWork(
    AudiencesRead Read,
    IReadOnlySet<int> Lost,
    ComparisonCounts Counts,
    GuardVerdict Verdict,
    ImportRecords Records,
    DirectEntries Direct,
    PlanMails Mails,
    long Moves)
{
    /// <summary>The pairs of member and book that imports carry, a member's first hundred lists.</summary>
    public string ImportPairs => ImportRecords.Pairs("change", manyBooks: false, 0, Direct.NotImported);

    /// <summary>How many members the imports are about.</summary>
    public long Imported(RunContext run) =>
        KeySlice.For(run.Db.Number("SELECT count(*) FROM changed"))
            .Sum(slice => run.Db.Number($"SELECT count(DISTINCT kh) FROM {ImportPairs} WHERE {slice.Where()}"));
}
