namespace Rollcall.Store;

/// <summary>The books and data fields that jobs have used, and who was in a book before a job first touched it.</summary>
internal interface IBooks
{
    /// <summary>The books a job has used, by id.</summary>
    IReadOnlyList<KeptBook> Of(string tag);

    /// <summary>The data fields a job has used.</summary>
    IReadOnlyList<string> Fields(string tag);

    /// <summary>Keeps which books and fields a job has now; a book it no longer has is not mapped any more.</summary>
    void Keep(string tag, IEnumerable<(long Id, string Name)> books, IEnumerable<string> fields);

    /// <summary>The books that other jobs of an account have now, by tag.</summary>
    IReadOnlyList<OthersBook> OfOthers(long account, string tag);

    /// <summary>The books that jobs of an account have ever used, with their ledgers.</summary>
    IReadOnlyList<KnownBook> OfAccount(long account);

    /// <summary>Who was in books before any job first touched them.</summary>
    IReadOnlyList<ThereBefore> There();

    /// <summary>Keeps, for good, who was in a book before a job first touched it.</summary>
    void KeepThere(ThereBefore there, long people);
}

/// <summary>A book in the ledger of a job.</summary>
internal sealed record KeptBook(long BookId, string Name, long Delivered, long Pending, long Suppressed);

/// <summary>A book of another job, and what its last run did with those who leave.</summary>
internal sealed record OthersBook(long BookId, string Tag, string ExitAction);

/// <summary>A book that a job has used.</summary>
internal sealed record KnownBook(string Tag, long BookId, string Name, string? LedgerFolder);

/// <summary>Who was in a book before a job.</summary>
/// <param name="File">Its file; null for nobody.</param>
internal sealed record ThereBefore(string Tag, long AccountId, long BookId, string? File);
