using System.Collections;

namespace Rollcall.Model;

/// <summary>
/// Everything that a run, a plan or a reconciliation may find: each code is the name of its function, and its spelling is part of the contract.
/// Here is what is found before anything is sent.
/// </summary>
public static partial class Findings
{
    /// <summary>The data folder's store was lost, and the run starts over: the old files are in a folder of the data folder.</summary>
    public static Finding StoreBegunAnew(string folder) => Warning(nameof(StoreBegunAnew), ("folder", folder));

    /// <summary>What the store knew of some jobs was lost, and they start over: the old files are in a folder of the data folder.</summary>
    public static Finding JobsBegunAnew(string folder, IEnumerable<string> jobs) => Warning(nameof(JobsBegunAnew), ("folder", folder), ("jobs", jobs));

    /// <summary>A job that exports once has done so: nothing was read or sent.</summary>
    public static Finding AlreadyExported() => Note(nameof(AlreadyExported));

    /// <summary>A job that exports once has done so: its books are not read again.</summary>
    public static Finding AlreadyExportedBooksUnread() => Note(nameof(AlreadyExportedBooksUnread));

    /// <summary>An audience has another name than the job called it by before, which it goes on under.</summary>
    public static Finding AudienceRenamed(string audience, string former) => Note(nameof(AudienceRenamed), ("audience", audience), ("former", former));

    /// <summary>A book has a name that other books of the account had: opt-outs from those count for it too.</summary>
    public static Finding BookCreatedAgain(string name, long book, IEnumerable<long> former, long optOuts) =>
        Note(nameof(BookCreatedAgain), ("name", name), ("book", book), ("former", former), ("opt_outs", optOuts));

    /// <summary>A book of the job is no longer in the account.</summary>
    public static Finding BookVanished(string book) => Left(nameof(BookVanished), ("book", book));

    /// <summary>A data field of the job is no longer in the account.</summary>
    public static Finding FieldVanished(string field) => Left(nameof(FieldVanished), ("field", field));

    /// <summary>Another job exports to the book with another exit_action.</summary>
    public static Finding ExitActionsDiffer(string book, string job, string theirs, string ours) =>
        Warning(nameof(ExitActionsDiffer), ("book", book), ("job", job), ("theirs", theirs), ("ours", ours));

    /// <summary>A plan is made while a run of the job is under way.</summary>
    public static Finding RunUnderWay() => Note(nameof(RunUnderWay));

    /// <summary>Books are compared while a run of the job is under way.</summary>
    public static Finding ReconciledDuringRun() => Warning(nameof(ReconciledDuringRun));

    /// <summary>A book of the job is not in the account yet.</summary>
    public static Finding BookNotCreatedYet(string book) => Warning(nameof(BookNotCreatedYet), ("book", book));

    /// <summary>It is the job's quiet time: a run does not begin.</summary>
    public static Finding QuietHours(string from, string until, string timezone) =>
        Note(nameof(QuietHours), ("from", from), ("until", until), ("timezone", timezone));

    /// <summary>A plan is made while deliveries of an earlier run are not settled.</summary>
    public static Finding DeliveriesUnsettled(long deliveries) => Warning(nameof(DeliveriesUnsettled), ("deliveries", deliveries));

    /// <summary>A plan does not ask for recommendations.</summary>
    public static Finding RecommendationsNotPlanned() => Note(nameof(RecommendationsNotPlanned));

    /// <summary>A plan does not count insight data.</summary>
    public static Finding InsightNotPlanned() => Note(nameof(InsightNotPlanned));

    /// <summary>A plan does not look at the people on the watch.</summary>
    public static Finding PeopleOnWatch(long people) => Note(nameof(PeopleOnWatch), ("people", people));

    /// <summary>The run created a book.</summary>
    public static Finding BookCreated(string name, long book) => Note(nameof(BookCreated), ("name", name), ("book", book));

    /// <summary>The run created a data field.</summary>
    public static Finding FieldCreated(string field, string type) => Note(nameof(FieldCreated), ("field", field), ("type", type));

    /// <summary>Rows without a usable address are of people identified by their own key: these stay as they are.</summary>
    public static Finding RowsKnownByKey(long rows, string audience, string field) =>
        Warning(nameof(RowsKnownByKey), ("rows", rows), ("audience", audience), ("field", field));

    /// <summary>Several addresses have one key.</summary>
    public static Finding KeysShared(long keys, string field, long rows) => Warning(nameof(KeysShared), ("keys", keys), ("field", field), ("rows", rows));

    /// <summary>The recommendations could not be read completely.</summary>
    public static Finding RecommendationsIncomplete(string reason) => Left(nameof(RecommendationsIncomplete), ("reason", reason));

    /// <summary>There are no recommendations, where there were some.</summary>
    public static Finding RecommendationsGone() => Left(nameof(RecommendationsGone));

    /// <summary>Rows of the recommendations are not readable.</summary>
    public static Finding RecommendationsUnreadable(long rows) => Warning(nameof(RecommendationsUnreadable), ("rows", rows));

    /// <summary>Rows of the recommendations have no valid address.</summary>
    public static Finding RecommendationsWithoutAddress(long rows) => Warning(nameof(RecommendationsWithoutAddress), ("rows", rows));

    /// <summary>Rows of the recommendations have no number for a rank.</summary>
    public static Finding RecommendationsWithoutRank(long rows) => Warning(nameof(RecommendationsWithoutRank), ("rows", rows));

    /// <summary>Rows of the recommendations have a value that is no valid JSON.</summary>
    public static Finding RecommendationsWithInvalidValue(long rows) => Warning(nameof(RecommendationsWithInvalidValue), ("rows", rows));

    /// <summary>Members were sent without recommendations, because these could not be asked for.</summary>
    public static Finding SentWithoutRecommendations(long members, string reason) =>
        Left(nameof(SentWithoutRecommendations), ("members", members), ("reason", reason));

    /// <summary>With join_existing: false, the first run fires no join action.</summary>
    public static Finding FirstRunInBulk() => Note(nameof(FirstRunInBulk));

    /// <summary>Once the guards of single books are passed, the guard of the run's mails would hold.</summary>
    public static Finding MailsHeldNext(long mails, long limit) => Warning(nameof(MailsHeldNext), ("mails", mails), ("limit", limit));

    /// <summary>Exits from a book wait: an audience was not read completely.</summary>
    public static Finding ExitsWaitForAudience(string book, string audience, string reason, bool leavesWork) =>
        Warning(nameof(ExitsWaitForAudience), ("book", book), ("audience", audience), ("reason", reason)) with { LeavesWork = leavesWork };

    /// <summary>Exits from a book wait: more rows of an audience have no usable address than before.</summary>
    public static Finding ExitsWaitForAddresses(string book, long rows, string audience, long more) =>
        Left(nameof(ExitsWaitForAddresses), ("book", book), ("rows", rows), ("audience", audience), ("more", more));

    /// <summary>Members stay in a book that their audience is no longer mapped to.</summary>
    public static Finding AudienceNoLongerMapped(long members, string book, string audience) =>
        Warning(nameof(AudienceNoLongerMapped), ("members", members), ("book", book), ("audience", audience));

    /// <summary>A book with members of the job was taken out of the job.</summary>
    public static Finding BookNoLongerInJob(string book, long members) => Warning(nameof(BookNoLongerInJob), ("book", book), ("members", members));

    /// <summary>The exits guard holds the members of a book that is released.</summary>
    public static Finding ReleaseHeld(long members, string book) => Warning(nameof(ReleaseHeld), ("members", members), ("book", book));

    /// <summary>An address that a pilot asks for is left out of its audience.</summary>
    public static Finding AddressLeftOut(string email, string audience, string reason) =>
        Warning(nameof(AddressLeftOut), ("email", email), ("audience", audience), ("reason", reason));

    /// <summary>An address that a pilot asks for is in no audience.</summary>
    public static Finding AddressInNoAudience(string email) => Warning(nameof(AddressInNoAudience), ("email", email));

    /// <summary>Nothing failed that could be retried.</summary>
    public static Finding NothingToRetry() => Note(nameof(NothingToRetry));

    /// <summary>Members who leave the job's audiences stay in a book, because another job has them there.</summary>
    public static Finding MembersClaimed(long members, string book) => Warning(nameof(MembersClaimed), ("members", members), ("book", book));

    /// <summary>Members do not enter a book while another job removes them from it.</summary>
    public static Finding MembersUnderRemoval(long members, string book) => Warning(nameof(MembersUnderRemoval), ("members", members), ("book", book));

    private static Finding Note(string code, params ReadOnlySpan<(string, object?)> arguments) => Of(code, Severity.Note, arguments);

    private static Finding Warning(string code, params ReadOnlySpan<(string, object?)> arguments) => Of(code, Severity.Warning, arguments);

    private static Finding Left(string code, params ReadOnlySpan<(string, object?)> arguments) =>
        Of(code, Severity.Warning, arguments) with { LeavesWork = true };

    private static Finding Of(string code, Severity severity, ReadOnlySpan<(string Name, object? Value)> arguments)
    {
        var named = new OrderedDictionary<string, object?>(arguments.Length, StringComparer.Ordinal);
        foreach (var (name, value) in arguments)
        {
            named.Add(name, value is IEnumerable list and not string ? (object?[])[.. list.Cast<object?>()] : value);
        }

        return new Finding(code, severity, named);
    }
}
