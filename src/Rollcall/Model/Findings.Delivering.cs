namespace Rollcall.Model;

/// <summary>What is found while changes are sent and their outcomes read.</summary>
public static partial class Findings
{
    /// <summary>Contact ids that the source gives were not found at Dotdigital with their members' addresses.</summary>
    public static Finding GivenIdsNotMatched() => Warning(nameof(GivenIdsNotMatched));

    /// <summary>Members have a contact id that another address claims: they are matched by address.</summary>
    public static Finding ContactIdsNotProven(long members) => Warning(nameof(ContactIdsNotProven), ("members", members));

    /// <summary>Members have a contact id that another address claims, and nothing is sent about those that the ledger knows.</summary>
    public static Finding ContactIdsInDoubt(long members, long known) => Left(nameof(ContactIdsInDoubt), ("members", members), ("known", known));

    /// <summary>A removal was sent and not answered.</summary>
    public static Finding RemovalUnanswered(long members, string message) => Warning(nameof(RemovalUnanswered), ("members", members), ("message", message));

    /// <summary>An import was sent and not answered.</summary>
    public static Finding ImportUnanswered(long members, string message) => Warning(nameof(ImportUnanswered), ("members", members), ("message", message));

    /// <summary>An import that moves addresses was sent and not answered.</summary>
    public static Finding MovesUnanswered(long addresses, string message) => Warning(nameof(MovesUnanswered), ("addresses", addresses), ("message", message));

    /// <summary>Single calls were sent and not answered.</summary>
    public static Finding SingleCallsUnanswered(long calls) => Warning(nameof(SingleCallsUnanswered), ("calls", calls));

    /// <summary>So many single calls failed in a row that the rest is left to the next run.</summary>
    public static Finding SingleCallsGivenUp(long calls, string? message) => Left(nameof(SingleCallsGivenUp), ("calls", calls), ("message", message));

    /// <summary>Dotdigital lets nobody be added to a book.</summary>
    public static Finding BookNotWritable() => Left(nameof(BookNotWritable));

    /// <summary>The book of single calls vanished while they were made.</summary>
    public static Finding BookVanishedFromCalls() => Left(nameof(BookVanishedFromCalls));

    /// <summary>A data field of the job vanished while the run was under way.</summary>
    public static Finding FieldVanishedMeanwhile() => Left(nameof(FieldVanishedMeanwhile));

    /// <summary>A book vanished while the run was under way.</summary>
    public static Finding BookVanishedMeanwhile(string name, long book) => Left(nameof(BookVanishedMeanwhile), ("name", name), ("book", book));

    /// <summary>The account may hold no more contacts.</summary>
    public static Finding ContactLimitReached() => Left(nameof(ContactLimitReached));

    /// <summary>Dotdigital's watchdog rejected an import.</summary>
    public static Finding ImportRejectedByWatchdog(long members) => Left(nameof(ImportRejectedByWatchdog), ("members", members));

    /// <summary>Dotdigital has not finished what it accepted.</summary>
    public static Finding DeliveriesNotFinished(long deliveries, long hours) =>
        Left(nameof(DeliveriesNotFinished), ("deliveries", deliveries), ("hours", hours));

    /// <summary>Dotdigital refused a delivery.</summary>
    public static Finding DeliveryRefused(long members, string message) => Left(nameof(DeliveryRefused), ("members", members), ("message", message));

    /// <summary>A book is closed for this run: its opt-outs could not be read completely.</summary>
    public static Finding BookClosed(string book, string? reason) => Left(nameof(BookClosed), ("book", book), ("reason", reason));

    /// <summary>Opt-outs from books could not be read while an import was under way.</summary>
    public static Finding OptOutsNotRead(IEnumerable<long> books) => Left(nameof(OptOutsNotRead), ("books", books));

    /// <summary>Somebody who may have been put back by a write was unsubscribed again.</summary>
    /// <param name="email">The address, masked where it is to be.</param>
    /// <param name="book">The book; null for the account.</param>
    public static Finding OptOutRestored(string email, long? book) => Warning(nameof(OptOutRestored), ("email", email), ("book", book));

    /// <summary>Dotdigital refused to unsubscribe somebody again who was put back by a write.</summary>
    /// <param name="email">The address, masked where it is to be.</param>
    /// <param name="book">The book; null for the account.</param>
    /// <param name="message">What Dotdigital said.</param>
    public static Finding OptOutNotRestored(string email, long? book, string message) =>
        Left(nameof(OptOutNotRestored), ("email", email), ("book", book), ("message", message));

    /// <summary>People who had opted out came back by themselves.</summary>
    public static Finding PeopleCameBack(long people) => Warning(nameof(PeopleCameBack), ("people", people));

    /// <summary>People recorded as deleted are shown by Dotdigital.</summary>
    public static Finding DeletedPeopleBack(long people) => Warning(nameof(DeletedPeopleBack), ("people", people));

    /// <summary>People who had been deleted registered again by themselves.</summary>
    public static Finding DeletedPeopleRegistered(long people) => Warning(nameof(DeletedPeopleRegistered), ("people", people));

    /// <summary>People who had been deleted have a contact again, which a write may have made.</summary>
    public static Finding DeletedPeopleUnclear(long people) => Warning(nameof(DeletedPeopleUnclear), ("people", people));

    /// <summary>So many members of a book seem to be deleted at once that all of them are kept.</summary>
    public static Finding DeletionsHeld(long members, string book) => Warning(nameof(DeletionsHeld), ("members", members), ("book", book));

    /// <summary>A book that had members is empty.</summary>
    /// <param name="book">Its name.</param>
    /// <param name="restores">Whether members who are missing enter again (on_foreign_removal: restore).</param>
    public static Finding BookFoundEmpty(string book, bool restores) => Warning(nameof(BookFoundEmpty), ("book", book), ("restores", restores));

    /// <summary>Too many members are missing from a book.</summary>
    /// <param name="missing">How many.</param>
    /// <param name="members">Of how many.</param>
    /// <param name="book">The book's name.</param>
    /// <param name="restores">Whether members who are missing enter again (on_foreign_removal: restore).</param>
    public static Finding MembersMissing(long missing, long members, string book, bool restores) =>
        Warning(nameof(MembersMissing), ("missing", missing), ("members", members), ("book", book), ("restores", restores));

    /// <summary>Members are missing from a book, too many to look each of them up.</summary>
    public static Finding MissingNotLookedUp(long members, string book) => Warning(nameof(MissingNotLookedUp), ("members", members), ("book", book));

    /// <summary>Members were removed from a book by somebody else.</summary>
    /// <param name="members">How many.</param>
    /// <param name="book">The book's name.</param>
    /// <param name="restores">Whether they enter again (on_foreign_removal: restore).</param>
    public static Finding MembersRemovedThere(long members, string book, bool restores) =>
        Warning(nameof(MembersRemovedThere), ("members", members), ("book", book), ("restores", restores));

    /// <summary>People of a book are taken into the ledger.</summary>
    /// <param name="people">How many.</param>
    /// <param name="book">The book's name.</param>
    /// <param name="own">Whether they count as put there by this job.</param>
    /// <param name="members">How many of them are members.</param>
    public static Finding PeopleAdopted(long people, string book, bool own, long members) =>
        Note(nameof(PeopleAdopted), ("people", people), ("book", book), ("own", own), ("members", members));

    /// <summary>People were in a book before the job.</summary>
    public static Finding PeopleAlreadyThere(long people, string book) => Note(nameof(PeopleAlreadyThere), ("people", people), ("book", book));

    /// <summary>More insight data are to be removed than one run removes.</summary>
    public static Finding InsightRemovalsLeft(long people, long limit) => Left(nameof(InsightRemovalsLeft), ("people", people), ("limit", limit));

    /// <summary>Insight records were not delivered.</summary>
    public static Finding InsightNotDelivered(long records, string reason) => Left(nameof(InsightNotDelivered), ("records", records), ("reason", reason));

    /// <summary>Insight records are left out.</summary>
    public static Finding InsightLeftOut(long records, string reason) => Warning(nameof(InsightLeftOut), ("records", records), ("reason", reason));

    /// <summary>A sink rejected status events a second time.</summary>
    public static Finding StatusEventsGivenUp(string sink, long events, string run, string message) =>
        Warning(nameof(StatusEventsGivenUp), ("sink", sink), ("events", events), ("run", run), ("message", message));

    /// <summary>Status events could not be delivered, and wait.</summary>
    public static Finding StatusEventsWait(string sink, string message) => Left(nameof(StatusEventsWait), ("sink", sink), ("message", message));

    /// <summary>A sink refused some status events and took the others.</summary>
    /// <param name="events">How many.</param>
    /// <param name="first">The first of them: masked address and status.</param>
    /// <param name="more">Whether there are more.</param>
    /// <param name="sink">The sink.</param>
    /// <param name="message">What it said.</param>
    public static Finding StatusEventsSetAside(long events, IEnumerable<string> first, bool more, string sink, string message) =>
        Warning(nameof(StatusEventsSetAside), ("events", events), ("first", first), ("more", more), ("sink", sink), ("message", message));
}
