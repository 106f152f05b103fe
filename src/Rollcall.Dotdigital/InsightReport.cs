namespace Rollcall.Dotdigital;

/// <summary>The status of an import of insight data.</summary>
public enum InsightImportStatus
{
    /// <summary>A status this program does not know: treated as not finished.</summary>
    Unknown,

    /// <summary>Waiting.</summary>
    NotStarted,

    /// <summary>In progress.</summary>
    Processing,

    /// <summary>Done; every record is written except the failures.</summary>
    Complete,

    /// <summary>Failed. May have been partly applied.</summary>
    Failed,
}

/// <summary>An import of insight data: its status and failures.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Failures">The records that were not written; final only when the import has finished.</param>
public sealed record InsightReport(InsightImportStatus Status, IReadOnlyList<InsightFailure> Failures)
{
    /// <summary>Whether the import has finished, successfully or not.</summary>
    public bool IsOver => Status is InsightImportStatus.Complete or InsightImportStatus.Failed;
}

/// <summary>One record that was not written.</summary>
/// <param name="ContactId">The contact; null when the report does not identify it by id.</param>
/// <param name="Key">Its key.</param>
/// <param name="Reason">Dotdigital's code, such as <c>ContactIdDoesNotExist</c>, in its spelling: compare case-insensitively.</param>
/// <param name="Detail">Additional text, which may contain a value; null if there is none.</param>
public sealed record InsightFailure(long? ContactId, string Key, string Reason, string? Detail)
{
    /// <summary>Without personal data and values.</summary>
    public override string ToString() => Reason;
}
