namespace Rollcall.Store;

/// <summary>
/// Who left, as far as an account's jobs have learnt: kept for ever. Also what was done about it, who is deleted at Dotdigital, and how far the feeds
/// were read. The store counts its readings: writing transactions go one after another, so who reads the count has all that was learnt up to it.
/// </summary>
internal interface IOptOuts
{
    /// <summary>How far the count of readings is: what is learnt later has a higher number.</summary>
    long Readings { get; }

    /// <summary>Reads the opt-outs of these books that count.</summary>
    void Of(IEnumerable<long> books, Action<OptOut> read);

    /// <summary>Reads the opt-outs that count and were learnt after a count of readings.</summary>
    void Since(long readings, Action<OptOut> read);

    /// <summary>Keeps opt-outs that a reading showed, where they are not known. Since when, it does not say.</summary>
    void KeepSeen(IReadOnlyList<SeenOptOut> seen);

    /// <summary>Keeps that this job unsubscribed people. What counts already, theirs or worse, stays as it is; what came without a date is this.</summary>
    void KeepOurs(IReadOnlyList<SeenOptOut> people, long since);

    /// <summary>Notes that people who opted out are shown subscribed; or, with <paramref name="since"/> null, that they no longer are.</summary>
    void MarkBack(IEnumerable<PersonInBook> people, long? since);

    /// <summary>Lifts the opt-outs of people who are marked as back.</summary>
    void LiftBack(IEnumerable<PersonInBook> people, long now);

    /// <summary>Takes the marks of a delivery back from people who were sent nothing.</summary>
    void Unmark(long delivery, IEnumerable<string> memberKeys);

    /// <summary>
    /// Lifts the opt-outs that were answered, of people that Dotdigital shows as back. One of the other level that came after the question was not
    /// answered: a resubscription that is applied late undoes it unasked.
    /// </summary>
    /// <param name="readings">What was learnt after this count stays; null: only what was answered before its resubscription is lifted.</param>
    void Lift(IEnumerable<PersonInBook> people, long now, long? readings);

    /// <summary>Keeps that people are deleted at Dotdigital. An opt-out of their own stays what it is.</summary>
    void KeepDeleted(IReadOnlyList<SeenOptOut> people, long now);

    /// <summary>Lifts the deletions of people that Dotdigital shows.</summary>
    void LiftDeleted(IEnumerable<string> memberKeys, long now);

    /// <summary>Reads who is deleted, and when that was last seen.</summary>
    void Deleted(Action<SeenDeletion> read);

    /// <summary>Copies the opt-outs of one book to another, those of erased people too, where it does not have them.</summary>
    /// <returns>How many.</returns>
    long Copy(long from, long to);

    /// <summary>Keeps opt-outs where none is known.</summary>
    /// <returns>How many.</returns>
    long KeepNew(IReadOnlyList<FeedOptOut> people, long book);

    /// <summary>How far a feed was read; null where it never was.</summary>
    OptOutFeed? Feed(long book);

    /// <summary>Notes that a reading of a feed begins.</summary>
    void BeginReading(long book, long from, long began);

    /// <summary>Keeps a page of a feed.</summary>
    void KeepPage(FeedPage page);
}

/// <summary>A person and a book.</summary>
internal readonly record struct PersonInBook(string MemberKey, long Book);

/// <summary>An opt-out that counts.</summary>
internal sealed record OptOut(
    string EmailKey,
    long BookId,
    long? ContactId,
    string Status,
    long? Since,
    string Cause,
    long SeenNo,
    long? AskedSince,
    long? AskedAt,
    long Margin,
    long? BackSince);

/// <summary>An opt-out that a reading of people showed.</summary>
/// <param name="MemberKey">The member key.</param>
/// <param name="Book">The book; 0 for the account.</param>
/// <param name="ContactId">The contact; null when unknown.</param>
/// <param name="Status">Dotdigital's v2 status.</param>
/// <param name="Named">Whether the person was looked up alone, so that it is current.</param>
internal sealed record SeenOptOut(string MemberKey, long Book, long? ContactId, string Status, bool Named)
{
    /// <summary>The hashes that an erased person is known by; with any, nothing else is kept of them.</summary>
    public IReadOnlyList<string> Hashes { get; init; } = [];
}

/// <summary>When a person was last seen to be deleted.</summary>
internal sealed record SeenDeletion(string EmailKey, long DeletedAt);

/// <summary>An opt-out as a feed tells of it.</summary>
/// <param name="Margin">How far its date may be off, ms.</param>
internal sealed record FeedOptOut(string MemberKey, long? ContactId, string Status, long? Since, long Margin)
{
    /// <summary>The hashes that an erased person is known by; with any, nothing else is kept of them.</summary>
    public IReadOnlyList<string> Hashes { get; init; } = [];
}

/// <summary>How far the feed of a book was read, by Dotdigital's clock.</summary>
/// <param name="CompleteTo">When the last complete reading began.</param>
/// <param name="ReadingFrom">The reading under way: since when.</param>
/// <param name="ReadingBegan">When it began.</param>
/// <param name="RowsKept">How many of its rows are kept.</param>
/// <param name="Ended">When the last complete reading ended, by our clock.</param>
/// <param name="Length">How long it took, ms.</param>
internal sealed record OptOutFeed(long? CompleteTo, long? ReadingFrom, long? ReadingBegan, long RowsKept, long? Ended, long? Length);

/// <summary>A page of a feed.</summary>
/// <param name="Kept">How many rows of the reading are kept with it.</param>
/// <param name="Complete">With it the reading is complete: when that began; null where more is to come.</param>
/// <param name="Length">How long the reading has taken, ms.</param>
internal sealed record FeedPage(long Book, IReadOnlyList<FeedOptOut> People, int Kept, long? Complete, long Now, long Length);
