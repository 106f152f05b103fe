namespace Rollcall.Store;

/// <summary>People that later runs of a job look at again. Times are Dotdigital's.</summary>
internal interface IWatch
{
    /// <summary>How many people there are.</summary>
    long People { get; }

    /// <summary>The members whose values may be overwritten late.</summary>
    IReadOnlyList<string> ValueKeys { get; }

    /// <summary>Reads everybody.</summary>
    void All(Action<Watched> read);

    /// <summary>Puts people on the watch, or keeps them on it for longer.</summary>
    void Enter(WatchEntry entry);

    /// <summary>Takes people of a kind off the watch.</summary>
    void Leave(IEnumerable<PersonInBook> people, string kind);

    /// <summary>Takes everybody off the watch whose time was over at a moment. Insight records go once more first.</summary>
    void LeaveBefore(long moment);
}

/// <summary>A person on the watch.</summary>
internal sealed record Watched(
    string MemberKey, long BookId, string Kind, string Why, string Email, long? ContactId, long Since, long Until, long? SettledAt);

/// <summary>A person to be looked at again.</summary>
/// <param name="MemberKey">The member key.</param>
/// <param name="Book">The book; 0 for the contact or the account.</param>
/// <param name="Kind">A word of <see cref="WatchKind"/>.</param>
/// <param name="Why">A word of <see cref="WatchReason"/>, or the code of the outcome.</param>
/// <param name="Email">The address.</param>
/// <param name="ContactId">The contact; null when unknown.</param>
internal sealed record WatchedPerson(string MemberKey, long Book, string Kind, string Why, string Email, long? ContactId);

/// <summary>People who get on the watch.</summary>
/// <param name="Since">When the write was sent; what is applied late is applied after it.</param>
/// <param name="Until">Until when it may be.</param>
internal sealed record WatchEntry(IReadOnlyList<WatchedPerson> People, long Since, long Until);

/// <summary>What the end of a delivery means for the watch.</summary>
/// <param name="Sure">Whose values are surely as they were sent: what changes them later may be a write that is applied late.</param>
/// <param name="SureAt">Since when.</param>
/// <param name="Touched">Contacts that a write of ours changed otherwise: if their values were sure before, they still are.</param>
/// <param name="TouchedAt">When.</param>
internal sealed record WatchChange(WatchEntry Entry, IReadOnlyList<string> Sure, long SureAt, IReadOnlyList<string> Touched, long TouchedAt);

/// <summary>For what a person is looked at again.</summary>
internal static class WatchKind
{
    /// <summary>A write that named the book may be applied late.</summary>
    public const string Entry = "entry";

    /// <summary>A removal from the book, or an unsubscription, may be applied late.</summary>
    public const string Removal = "removal";

    /// <summary>A write may overwrite the contact's values late.</summary>
    public const string Values = "values";

    /// <summary>A write may lift an opt-out of the account late.</summary>
    public const string Status = "status";

    /// <summary>An import of insight records may be applied late.</summary>
    public const string Insight = "insight";

    /// <summary>Somebody who opted out is shown as subscribed: a second look decides.</summary>
    public const string OptOut = "opt_out";
}

/// <summary>Why a person is looked at again: the word that <c>explain</c> shows.</summary>
internal static class WatchReason
{
    public const string Unanswered = "Unanswered";
    public const string ReportGone = "ReportGone";
    public const string NotReported = "NotReported";
    public const string NotShown = "NotShown";
    public const string NotFinished = "NotFinished";
    public const string OptOutsUnread = "OptOutsUnread";
    public const string OptedOutNearWrite = "OptedOutNearWrite";
    public const string CameBack = "CameBack";
    public const string Held = "Held";
}
