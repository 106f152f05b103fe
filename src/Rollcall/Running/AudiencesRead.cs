using Rollcall.Dotdigital;
using Rollcall.Store;

namespace Rollcall.Running;

/// <summary>What was read of the job's audiences; the rows are in the run's database.</summary>
/// <param name="Counts">The counts of each audience, by its index.</param>
/// <param name="Kept">What is kept of its last complete reading; null where there was none.</param>
/// <param name="NewFields">Data fields to be created, with the type their values suggest.</param>
/// <param name="Recommendations">What was read of recommendations in a table; null where the job has none.</param>
internal sealed record AudiencesRead(
    IReadOnlyList<AudienceCount> Counts,
    IReadOnlyList<KeptAudience?> Kept,
    IReadOnlyDictionary<string, DataFieldType> NewFields,
    RecommendationCount? Recommendations)
{
    /// <summary>Whether recommendations in a table were not read completely.</summary>
    public bool RecommendationsMissing => Recommendations is { Incomplete: not null };

    /// <summary>Whether an audience had members when it was last read completely, and has none now.</summary>
    public bool IsNewlyEmpty(int audience) => Counts[audience].Members + Counts[audience].KnownByKey == 0 && Kept[audience] is { Members: > 0 };

    /// <summary>An audience's rows in the last run that held nothing of it; null where that is not known.</summary>
    public AudienceBefore? Before(int audience) =>
        Kept[audience] is { Rows: { } rows, NoEmail: { } blank, Lost: { } lost } ? new AudienceBefore(rows, blank, lost) : null;

    /// <summary>
    /// How many more rows of an audience have no usable address, and no key that says who they are, than in the last run that held nothing; null for none.
    /// </summary>
    public long? MoreLost(int audience) => Before(audience) is { } before && Counts[audience].Lost > before.Lost ? Counts[audience].Lost - before.Lost : null;
}
