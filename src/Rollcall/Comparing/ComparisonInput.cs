using Rollcall.Model;

namespace Rollcall.Comparing;

/// <summary>What the comparison joins, besides the roll in the run's database.</summary>
/// <param name="Ledger">The relation of the ledger.</param>
/// <param name="LedgerRows">How many rows it has.</param>
/// <param name="OptOuts">The relation of opt-outs: <c>kh, email_key, book_id, contact_id, status, since, cause, asked_since, asked_at</c>.</param>
/// <param name="AlreadyThere">The relation of people in the books before the job: <c>kh, member_key, book_id, contact_id</c>.</param>
/// <param name="Mapping">Which audience, by its index, goes to which book, by its number.</param>
/// <param name="Books">The books.</param>
/// <param name="AudienceIds">The audiences' ids, by index.</param>
internal sealed record ComparisonInput(
    string Ledger,
    long LedgerRows,
    string OptOuts,
    string AlreadyThere,
    IReadOnlyList<(int Audience, int Book)> Mapping,
    IReadOnlyList<RunBook> Books,
    IReadOnlyList<string> AudienceIds)
{
    /// <summary>Whether exits act also on people who were in the book before the job.</summary>
    public bool ExitExisting { get; init; }

    /// <summary>Whether someone deleted at Dotdigital may be created again.</summary>
    public bool RecreateDeleted { get; init; }

    /// <summary>Whether members who were removed from a book manually enter again.</summary>
    public bool RestoreRemoved { get; init; }

    /// <summary>Audiences no longer mapped whose members exit.</summary>
    public IReadOnlyList<string> ReleasedAudiences { get; init; } = [];

    /// <summary>Who may be resubscribed.</summary>
    public ConsentRules Consent { get; init; } = ConsentRules.Never;
}
