namespace Rollcall.Dotdigital;

/// <summary>How far an import is.</summary>
public enum ImportStatus
{
    /// <summary>A status this program does not know: not finished as far as it can tell.</summary>
    Unknown,

    /// <summary>Under way.</summary>
    NotFinished,

    /// <summary>Done; the report's rows are final.</summary>
    Finished,

    /// <summary>Dotdigital's watchdog refused it. May have been partly applied.</summary>
    RejectedByWatchdog,

    /// <summary>Failed. May have been partly applied.</summary>
    Failed,

    /// <summary>The account may not hold so many contacts. May have been partly applied.</summary>
    ExceedsAllowedContactLimit,
}

/// <summary>An import's report, without its rows.</summary>
/// <param name="ImportId">Dotdigital's id of it.</param>
/// <param name="Status">How far it is.</param>
/// <param name="Summary">Dotdigital's own counts; null while it gives none.</param>
public sealed record ImportReport(string ImportId, ImportStatus Status, ImportSummary? Summary)
{
    /// <summary>Whether the import is over, in whichever way.</summary>
    public bool IsOver => Status is not (ImportStatus.NotFinished or ImportStatus.Unknown);
}

/// <summary>Dotdigital's own counts of an import.</summary>
/// <param name="NewContacts">Contacts added.</param>
/// <param name="UpdatedContacts">Contacts updated.</param>
/// <param name="GloballySuppressed">Contacts barred in the account.</param>
/// <param name="InvalidEntries">Records with invalid data.</param>
/// <param name="DuplicateIdentifiers">Records whose identifier came twice.</param>
public sealed record ImportSummary(int NewContacts, int UpdatedContacts, int GloballySuppressed, int InvalidEntries, int DuplicateIdentifiers);

/// <summary>In which part of the report a row stands.</summary>
public enum ImportedKind
{
    /// <summary>The contact is new. It may be pending, and not in the list.</summary>
    Created,

    /// <summary>The contact was there and was written. It may be suppressed, and not in the list.</summary>
    Updated,

    /// <summary>Something of the record failed. The contact may stand among the others too: failures win.</summary>
    Failed,
}

/// <summary>One row of an import's report.</summary>
/// <param name="Kind">Its part of the report.</param>
/// <param name="ContactId">The contact's id; null in a failure that names none.</param>
/// <param name="Email">The address; null where the report names none, as for records matched by contact id.</param>
/// <param name="MatchIdentifier">How the record was matched; null but in failures.</param>
/// <param name="Reasons">Why it failed, at least one in a failure.</param>
public readonly record struct ImportedContact(ImportedKind Kind, long? ContactId, string? Email, string? MatchIdentifier, IReadOnlyList<ImportFailureReason> Reasons)
{
    /// <summary>The first reason's code; null but in failures.</summary>
    public string? Code => Reasons.Count == 0 ? null : Reasons[0].Code;

    /// <summary>Every reason's text; null but in failures.</summary>
    public string? Text => Reasons.Count switch
    {
        0 => null,
        1 => Reasons[0].Text,
        _ => string.Join("; ", Reasons.Select(reason => reason.Text)),
    };

    /// <summary>Whether a reason has this code. Dotdigital spells codes in two cases.</summary>
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

    /// <summary>Without the person.</summary>
    public override string ToString() => $"{Kind} {Code}";
}

/// <summary>One reason why a record failed.</summary>
/// <param name="Code">Dotdigital's code, such as <c>InvalidEmail</c>, in its spelling.</param>
/// <param name="Text">Its text, which may hold the value.</param>
public readonly record struct ImportFailureReason(string Code, string Text);
