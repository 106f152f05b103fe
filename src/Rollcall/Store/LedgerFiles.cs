using Rollcall.Model;

namespace Rollcall.Store;

/// <summary>
/// The ledger: what Rollcall last confirmed at Dotdigital for each member and book. A generation is a folder of Parquet files cut by key hash;
/// it never changes, and the store names the current one.
/// </summary>
internal static class LedgerFiles
{
    /// <summary>
    /// A row a member and book. <c>state</c>: delivered, pending, suppressed, invalid, failed, left. <c>origin</c>: ours, there (in the book before the job).
    /// <c>fields_hash</c>: of the member key and the values Dotdigital was last sent, the same in all rows of a contact. <c>entered_at</c>: the run that
    /// first saw the member wanted there, since they last left. Times are milliseconds since 1970.
    /// </summary>
    public static readonly IReadOnlyList<(string Name, string Type)> Columns =
    [
        ("kh", "UBIGINT"), ("member_key", "VARCHAR"), ("book_id", "BIGINT"), ("email", "VARCHAR"), ("profile_key", "VARCHAR"),
        ("contact_id", "BIGINT"), ("state", "VARCHAR"), ("since", "BIGINT"), ("origin", "VARCHAR"), ("audience", "VARCHAR"),
        ("fields_hash", "UBIGINT"), ("outcome", "VARCHAR"), ("code", "VARCHAR"), ("reason", "VARCHAR"), ("outcome_at", "BIGINT"),
        ("account_status", "VARCHAR"), ("book_status", "VARCHAR"), ("entered_at", "BIGINT"),
    ];

    /// <summary>The relation of a generation; empty, with the same columns, for none.</summary>
    /// <exception cref="RollcallException">
    /// The generation's files are gone: taken for an empty ledger, everyone would enter again, including people who were deleted or barred.
    /// </exception>
    public static string Relation(DataFolder folder, string? generation) => generation is null
        ? Empty(Columns)
        : !AreThere(folder, generation)
            ? throw new RollcallException(
                ExitCode.BadJob,
                "The ledger's files are missing: without them it is unknown who was delivered. Nothing was sent.",
                folder.Full(generation),
                "Restore the data folder from a backup, whole. To start over instead: rollcall run JOBFILE --begin-anew")
            : $"read_parquet({SqlText.Literal(Path.Combine(folder.Full(generation), "*.parquet"))})";

    /// <summary>Whether a generation's files are there.</summary>
    public static bool AreThere(DataFolder folder, string generation) =>
        Directory.Exists(folder.Full(generation)) && Directory.GetFiles(folder.Full(generation), "*.parquet").Length > 0;

    /// <summary>A relation with these columns and no row.</summary>
    public static string Empty(IReadOnlyList<(string Name, string Type)> columns) =>
        $"(SELECT {string.Join(", ", columns.Select(c => $"NULL::{c.Type} AS {c.Name}"))} WHERE false)";
}
