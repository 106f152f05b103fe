namespace Rollcall.Dotdigital;

/// <summary>How much of an answer is read, and for how long: no server may keep a run busy, or fill its memory and disk, for ever.</summary>
/// <param name="Bytes">Most bytes of the body, after any decompression.</param>
/// <param name="Time">Longest time from the answer's first byte to its last, however steadily it trickles.</param>
internal readonly record struct AnswerBounds(long Bytes, TimeSpan Time)
{
    private const long Megabyte = 1024 * 1024;

    // A record of a report is some 150 bytes; with custom identifiers and several reasons, a few hundred.
    private const long ReportRowBytes = 4 * 1024;

    /// <summary>About one person, one book, or the account: the largest is a contact with all its fields and lists.</summary>
    public static AnswerBounds One { get; } = new(4 * Megabyte, TimeSpan.FromMinutes(5));

    /// <summary>A page: 5,000 contacts with more than a hundred lists each, 1,000 rows of a feed with their data fields.</summary>
    public static AnswerBounds Page { get; } = new(64 * Megabyte, TimeSpan.FromMinutes(15));

    /// <summary>What became of an import of insight data, of which a batch has 5,000 records at most.</summary>
    public static AnswerBounds InsightReport { get; } = new(16 * Megabyte, TimeSpan.FromMinutes(5));

    /// <summary>An import's report, by the records that were sent.</summary>
    public static AnswerBounds Report(long records) => new(Megabyte + (records * ReportRowBytes), TimeSpan.FromMinutes(15));

    /// <summary>Most rows of an answer that should have so many: a tenth more, since nobody promises that a page or a report is exact.</summary>
    public static long Rows(long asked) => asked + ((asked + 9) / 10);
}
