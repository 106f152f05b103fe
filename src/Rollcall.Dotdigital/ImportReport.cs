namespace Rollcall.Dotdigital;

/// <summary>The status of an import.</summary>
public enum ImportStatus
{
    /// <summary>A status this program does not know: treated as not finished.</summary>
    Unknown,

    /// <summary>In progress.</summary>
    NotFinished,

    /// <summary>Done; the report's rows are final.</summary>
    Finished,

    /// <summary>Rejected by Dotdigital's watchdog. May have been partly applied.</summary>
    RejectedByWatchdog,

    /// <summary>Failed. May have been partly applied.</summary>
    Failed,

    /// <summary>The account has reached its maximum number of contacts. May have been partly applied.</summary>
    ExceedsAllowedContactLimit,
}

/// <summary>An import's report, without its rows.</summary>
/// <param name="ImportId">Dotdigital's id of it.</param>
/// <param name="Status">Its status.</param>
/// <param name="Summary">Dotdigital's own counts; null while there are none.</param>
public sealed record ImportReport(string ImportId, ImportStatus Status, ImportSummary? Summary)
{
    /// <summary>Whether the import has finished, successfully or not.</summary>
    public bool IsOver => Status is not (ImportStatus.NotFinished or ImportStatus.Unknown);
}

/// <summary>Dotdigital's own counts of an import.</summary>
/// <param name="NewContacts">Contacts added.</param>
/// <param name="UpdatedContacts">Contacts updated.</param>
/// <param name="GloballySuppressed">Contacts suppressed in the account.</param>
/// <param name="InvalidEntries">Records with invalid data.</param>
/// <param name="DuplicateIdentifiers">Records with a duplicate identifier.</param>
public sealed record ImportSummary(int NewContacts, int UpdatedContacts, int GloballySuppressed, int InvalidEntries, int DuplicateIdentifiers);

/// <summary>The part of the report that contains a row.</summary>
public enum ImportedKind
{
    /// <summary>The contact is new. It may be pending, and not in the list.</summary>
    Created,

    /// <summary>The contact existed and was written. It may be suppressed, and not in the list.</summary>
    Updated,

    /// <summary>Part of the record failed. The contact may also be in the other parts: failures take precedence.</summary>
    Failed,
}

/// <summary>One row of an import's report.</summary>
/// <param name="Kind">Its part of the report.</param>
/// <param name="ContactId">The contact's id; null in a failure without one.</param>
/// <param name="Email">The address; null when the report has none, as for records matched by contact id.</param>
/// <param name="MatchIdentifier">How the record was matched; null except in failures.</param>
/// <param name="Reasons">Why it failed, at least one in a failure.</param>
public readonly record struct ImportedContact(
    ImportedKind Kind, long? ContactId, string? Email, string? MatchIdentifier, IReadOnlyList<ImportFailureReason> Reasons)
{
    /// <summary>The first reason's code; null except in failures.</summary>
    public string? Code => Reasons.Count == 0 ? null : Reasons[0].Code;

    /// <summary>Every reason's text; null except in failures.</summary>
    public string? Text => Reasons.Count switch
    {
        0 => null,
        1 => Reasons[0].Text,
        _ => string.Join("; ", Reasons.Select(reason => reason.Text)),
    };

    /// <summary>Whether a reason has this code. Dotdigital uses codes in two letter cases.</summary>
    public bool HasCode(string code)
    {
        foreach (var reason in Reasons)
        {
            if (string.Equals(reason.Code, code, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Without personal data.</summary>
    public override string ToString() => $"{Kind} {Code}";
}

/// <summary>One reason why a record failed.</summary>
/// <param name="Code">Dotdigital's code, such as <c>InvalidEmail</c>, in its spelling.</param>
/// <param name="Text">Its text, which may contain the value.</param>
public readonly record struct ImportFailureReason(string Code, string Text);
