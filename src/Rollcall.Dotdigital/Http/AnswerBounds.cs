namespace Rollcall.Dotdigital;

/// <summary>How much of an answer is read, and for how long, so that no server can keep a run busy for ever or fill its memory and disk.</summary>
/// <param name="Bytes">Maximum bytes of the body, after decompression.</param>
/// <param name="Time">Maximum time from the first to the last byte of the answer.</param>
internal readonly record struct AnswerBounds(long Bytes, TimeSpan Time)
{
    private const long Megabyte = 1024 * 1024;

    // A record of a report is some 150 bytes; with custom identifiers and several reasons, a few hundred.
    private const long ReportRowBytes = 4 * 1024;

    /// <summary>About one person, one book, or the account: the largest is a contact with all its fields and lists.</summary>
    public static AnswerBounds One { get; } = new(4 * Megabyte, TimeSpan.FromMinutes(5));

    /// <summary>A page: 5,000 contacts with more than a hundred lists each, 1,000 rows of a feed with their data fields.</summary>
    public static AnswerBounds Page { get; } = new(64 * Megabyte, TimeSpan.FromMinutes(15));

    /// <summary>The result of an import of insight data; a batch has at most 5,000 records.</summary>
    public static AnswerBounds InsightReport { get; } = new(16 * Megabyte, TimeSpan.FromMinutes(5));

    /// <summary>An import's report, depending on the number of records sent.</summary>
    public static AnswerBounds Report(long records) => new(Megabyte + (records * ReportRowBytes), TimeSpan.FromMinutes(15));

    /// <summary>Maximum rows of an answer that should have this many: a tenth more, because pages and reports are not guaranteed to be exact.</summary>
    public static long Rows(long asked) => asked + ((asked + 9) / 10);
}
