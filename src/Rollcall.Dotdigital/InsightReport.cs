namespace Rollcall.Dotdigital;

/// <summary>How far an import of insight data is.</summary>
public enum InsightImportStatus
{
    /// <summary>A status this program does not know: not over as far as it can tell.</summary>
    Unknown,

    /// <summary>Waiting.</summary>
    NotStarted,

    /// <summary>Under way.</summary>
    Processing,

    /// <summary>Done; every record is written but those among the failures.</summary>
    Complete,

    /// <summary>Failed. May have been partly applied.</summary>
    Failed,
}

/// <summary>An import of insight data: how far it is, and what failed.</summary>
/// <param name="Status">How far it is.</param>
/// <param name="Failures">The records that were not written; final only when the import is over.</param>
public sealed record InsightReport(InsightImportStatus Status, IReadOnlyList<InsightFailure> Failures)
{
    /// <summary>Whether the import is over, in either way.</summary>
    public bool IsOver => Status is InsightImportStatus.Complete or InsightImportStatus.Failed;
}

/// <summary>One record that was not written.</summary>
/// <param name="ContactId">Whose it is; null where the report names no contact, or names it otherwise.</param>
/// <param name="Key">Its key.</param>
/// <param name="Reason">Dotdigital's word, such as <c>ContactIdDoesNotExist</c>, in its spelling: compare without case.</param>
/// <param name="Detail">What it says beside that, which may hold a value; null for nothing.</param>
public sealed record InsightFailure(long? ContactId, string Key, string Reason, string? Detail)
{
    /// <summary>Without the person and the values.</summary>
    public override string ToString() => Reason;
}
