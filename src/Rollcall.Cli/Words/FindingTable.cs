using Rollcall.Model;

namespace Rollcall.Cli.Words;

/// <summary>The words of every finding, for users of the command line.</summary>
internal static class FindingTable
{
    private const string BegunAnew =
        "the old files are in the data folder under {folder}. Earlier deliveries are no longer known: people in an address book now count as already there, "
        + "and no exit removes them. Members are sent once more. People who opted out and are members now are not asked to come back.";

    private const string From = "{book?book {book}|the account}";

    private const string Missing =
        "Look at it at Dotdigital; rollcall reconcile {file:shell} lists who is missing. If they were removed on purpose, "
        + "rollcall run {file:shell} --allow missing "
        + "{restores?puts the members back (on_foreign_removal: restore)|leaves them out (on_foreign_removal: leave)}.";

    /// <summary>By code.</summary>
    public static IReadOnlyDictionary<string, Wording> Words { get; } = new Dictionary<string, Wording>(StringComparer.Ordinal)
    {
        [nameof(Findings.StoreBegunAnew)] = new("Started over: " + BegunAnew),
        [nameof(Findings.JobsBegunAnew)] = new("Started over ({jobs}): " + BegunAnew),
        [nameof(Findings.AlreadyExported)] = new("The job exports once (backfill_only), and has done so: nothing was read or sent."),
        [nameof(Findings.AlreadyExportedBooksUnread)] = new("The job exports once (backfill_only), and has done so: its books are not read again."),
        [nameof(Findings.AudienceRenamed)] = new("The audience {audience} is the one that this job called {former} before; it continues under that name."),
        [nameof(Findings.BookCreatedAgain)] = new(
            "The address book \"{name}\" ({book}) was created again under the name of another book ({former}): "
            + "{opt_outs|opt-out from that one counts|opt-outs from that one count} for it too."),
        [nameof(Findings.BookVanished)] = new("The address book {book} vanished from the account; its audience is not exported there."),
        [nameof(Findings.FieldVanished)] = new("The data field {field} vanished from the account; its values are not sent."),
        [nameof(Findings.ExitActionsDiffer)] = new(
            "The address book \"{book}\" is also exported to by the job {job}, whose exit_action is {theirs}; this job's is {ours}. What happens to members "
            + "who leave both would depend on which job runs last."),
        [nameof(Findings.RunUnderWay)] = new("A run of this job is under way: what it has not sent yet is in this plan too."),
        [nameof(Findings.ReconciledDuringRun)] = new("A run of the job is under way: what it sends now may show as a difference."),
        [nameof(Findings.BookNotCreatedYet)] = new("The address book \"{book}\" does not exist yet."),
        [nameof(Findings.QuietHours)] = new(
            "These are the job's quiet hours: nothing is sent from {from} to {until} ({timezone}).",
            "A run does not begin in them, unless started with --now."),
        [nameof(Findings.DeliveriesUnsettled)] = new(
            "An earlier run left {deliveries|delivery|deliveries} unsettled; a run settles them before it plans, so this plan may differ."),
        [nameof(Findings.RecommendationsNotPlanned)] = new("Recommendations are not in these figures: a run asks for them."),
        [nameof(Findings.InsightNotPlanned)] = new("Insight data are not in these figures: a run sends them after everything else."),
        [nameof(Findings.PeopleOnWatch)] = new(
            "{people|person is|people are} on the watch after writes whose result is not known: a run checks them before it plans."),
        [nameof(Findings.BookCreated)] = new("Created the address book \"{name}\" ({book})."),
        [nameof(Findings.FieldCreated)] = new("Created the data field {field} ({type})."),
        [nameof(Findings.RowsKnownByKey)] = new(
            "{rows|row|rows} of the audience {audience} have no usable address. Their {field} says who they are: these people stay in the address books "
            + "as they are."),
        [nameof(Findings.KeysShared)] = new(
            "{keys|key|keys} of key_field \"{field}\" with more than one address, in {rows|row|rows}: these are delivered by address, and no contact is moved "
            + "for them.",
            "Give each profile a key of its own, or none."),
        [nameof(Findings.RecommendationsIncomplete)] = new("The recommendations were not read completely: people who had some keep them. {reason}"),
        [nameof(Findings.RecommendationsGone)] = new(
            "The recommendations were not read completely: people who had some keep them. There are none at all, where there were some.",
            "If that is right: rollcall run {file:shell} --allow empty"),
        [nameof(Findings.RecommendationsUnreadable)] = new("{rows|row|rows} of the recommendations left out: not readable."),
        [nameof(Findings.RecommendationsWithoutAddress)] = new("{rows|row|rows} of the recommendations left out: no valid address."),
        [nameof(Findings.RecommendationsWithoutRank)] = new("{rows|row|rows} of the recommendations left out: no number for a rank."),
        [nameof(Findings.RecommendationsWithInvalidValue)] = new(
            "{rows|row|rows} of the recommendations left out: a value that is no valid JSON, and that value alone."),
        [nameof(Findings.SentWithoutRecommendations)] = new(
            "{members|member was|members were} sent without recommendations; the next run asks for them again. {reason}"),
        [nameof(Findings.FirstRunInBulk)] = new(
            "join_existing is false: until the job's first run has ended, its members are sent in bulk, and no join action fires."),
        [nameof(Findings.MailsHeldNext)] = new(
            "If what is held were allowed, the run would cause {mails:n} emails, and max_mails is {limit:n}.",
            "Allow the mails with the rest (--allow mails), or the whole run is held next."),
        [nameof(Findings.ExitsWaitForAudience)] = new("Exits from \"{book}\" wait: the audience {audience} was not read completely. {reason}"),
        [nameof(Findings.ExitsWaitForAddresses)] = new(
            "Exits from \"{book}\" wait: {rows|row|rows} of the audience {audience} have no usable address, {more:n} more than in the last run that held "
            + "nothing; members who seem to have left may be among them.",
            "If the rows are right: rollcall run {file:shell} --allow rejects"),
        [nameof(Findings.AudienceNoLongerMapped)] = new(
            "{members|member stays|members stay} in \"{book}\": the audience {audience}, which put them there, is no longer mapped to it."),
        [nameof(Findings.BookNoLongerInJob)] = new(
            "The address book \"{book}\" is no longer in the job: it is left as it is, with {members|member|members} of this job in it.",
            "To make them exit: rollcall run {file:shell} --release {book:shell}"),
        [nameof(Findings.ReleaseHeld)] = new(
            "{members|member|members} of \"{book}\" do not exit yet, more than the exits guard allows.",
            "If this is intended: rollcall run {file:shell} --release {book:shell} --allow exits"),
        [nameof(Findings.AddressLeftOut)] = new("{email} is left out of the audience {audience}: {reason}"),
        [nameof(Findings.AddressInNoAudience)] = new("{email} is in no audience of this job."),
        [nameof(Findings.NothingToRetry)] = new("There is nothing to try again: nobody's last outcome is a failure."),
        [nameof(Findings.MembersClaimed)] = new(
            "{members|member stays|members stay} in \"{book}\" although they left this job's audiences: another job of the data folder has them there."),
        [nameof(Findings.MembersUnderRemoval)] = new(
            "{members|member does not enter|members do not enter} \"{book}\" yet: another job of the data folder is removing them from it. A run after that "
            + "enters them."),

        [nameof(Findings.GivenIdsNotMatched)] = new(
            "Some contact ids of id_field belong to no contact, or to another address, at Dotdigital: their members were matched by address."),
        [nameof(Findings.ContactIdsNotProven)] = new(
            "{members|member has|members have} a contact id that another address claims, and Dotdigital does not show whose it is; they are matched "
            + "by address."),
        [nameof(Findings.ContactIdsInDoubt)] = new(
            "{members|member has|members have} a contact id that another address claims, and Dotdigital does not show whose it is: nothing is sent about "
            + "{known:n} of them.",
            "Look at these people in Dotdigital; one of them may be deleted or have another address."),
        [nameof(Findings.RemovalUnanswered)] = new("A removal of {members|member|members} was sent and not answered: they are read back. {message}"),
        [nameof(Findings.ImportUnanswered)] = new("An import of {members|member|members} was sent and not answered: they are read back. {message}"),
        [nameof(Findings.MovesUnanswered)] = new(
            "An import that moves {addresses|address|addresses} was sent and not answered: their contacts are read back. {message}"),
        [nameof(Findings.SingleCallsUnanswered)] = new("{calls|single call was|single calls were} sent and not answered: their people were looked up."),
        [nameof(Findings.SingleCallsGivenUp)] = new("{calls:n} calls in a row failed at Dotdigital: the rest is left to the next run. {message}"),
        [nameof(Findings.BookNotWritable)] = new("Dotdigital lets nobody be added to the address book: it is one of its own."),
        [nameof(Findings.BookVanishedFromCalls)] = new("The address book vanished while the run was under way."),
        [nameof(Findings.FieldVanishedMeanwhile)] = new("A data field of the job vanished while the run was under way; the next run leaves it out."),
        [nameof(Findings.BookVanishedMeanwhile)] = new(
            "The address book \"{name}\" ({book}) vanished while the run was under way; its members were not delivered there."),
        [nameof(Findings.ContactLimitReached)] = new("The Dotdigital account may hold no more contacts.", "Make room or enlarge it, and run again."),
        [nameof(Findings.ImportRejectedByWatchdog)] = new(
            "Dotdigital's watchdog rejected an import of {members|member|members}. The next run sends those who are not in the book once more.",
            "After a second rejection, only rollcall run {file:shell} --allow watchdog does."),
        [nameof(Findings.DeliveriesNotFinished)] = new(
            "Dotdigital has not finished {deliveries:n} of what it accepted after {hours} hours; the next run continues to wait for it."),
        [nameof(Findings.DeliveryRefused)] = new("Dotdigital refused a delivery of {members|member|members}: {message}"),
        [nameof(Findings.BookClosed)] = new(
            "Nobody enters or leaves \"{book}\" in this run: its opt-outs could not be read completely. {reason}", "Run again later."),
        [nameof(Findings.OptOutsNotRead)] = new(
            "Opt-outs from book {books} could not be read while an import was under way: some people may have been put back. They are checked again."),
        [nameof(Findings.OptOutRestored)] = new(
            "{email} opted out of " + From + "; a write of this job put them back, or may have, and they were unsubscribed again at once."),
        [nameof(Findings.OptOutNotRestored)] = new(
            "{email} opted out of " + From + "; a write of this job put them back, and Dotdigital refused to unsubscribe them again. {message}",
            "Unsubscribe them there."),
        [nameof(Findings.PeopleCameBack)] = new(
            "{people|person|people} who had opted out came back by themselves: their values are sent, and they count as already there once they have stayed "
            + "for a day."),
        [nameof(Findings.DeletedPeopleBack)] = new(
            "{people|person was|people were} recorded as deleted at Dotdigital, and it shows their contacts: they count as members again."),
        [nameof(Findings.DeletedPeopleRegistered)] = new(
            "{people|person|people} who had been deleted at Dotdigital registered there again by themselves: they enter as new contacts."),
        [nameof(Findings.DeletedPeopleUnclear)] = new(
            "{people|person|people} who had been deleted at Dotdigital have a contact there again, and it is not certain that they registered by themselves: "
            + "nothing is changed about them."),
        [nameof(Findings.DeletionsHeld)] = new(
            "Dotdigital no longer shows a contact for {members|member|members} of \"{book}\": so many at once that all of them are kept as they are.",
            "If they were deleted there on purpose: rollcall run {file:shell} --allow deleted"),
        [nameof(Findings.BookFoundEmpty)] = new("The address book \"{book}\" is empty: it is left as it is.", Missing),
        [nameof(Findings.MembersMissing)] = new("{missing:n} of {members|member is|members are} no longer in \"{book}\": it is left as it is.", Missing),
        [nameof(Findings.MissingNotLookedUp)] = new(
            "{members:n} more members do not show in \"{book}\", too many to look up individually: they remain in the ledger as they are until the books are "
            + "read again."),
        [nameof(Findings.MembersRemovedThere)] = new(
            "{members|member was|members were} removed from \"{book}\" manually or by other software; they {restores?enter again (on_foreign_removal: "
            + "restore)|stay out while they remain members (on_foreign_removal: leave)}."),
        [nameof(Findings.PeopleAdopted)] = new(
            "{people|person|people} in \"{book}\" are taken into the ledger as {own?this job's|already there}, {members:n} of them members."),
        [nameof(Findings.PeopleAlreadyThere)] = new(
            "{people|person is|people are} in \"{book}\" already: this job never removes them.",
            "With --adopt, a run takes them into its ledger first, and sends nothing for members among them until a value changes."),
        [nameof(Findings.InsightRemovalsLeft)] = new(
            "The insight data of {people|person|people} and collections are still to be removed: a run makes at most {limit:n} such calls, and the next ones "
            + "continue."),
        [nameof(Findings.InsightNotDelivered)] = new(
            "{records|insight record was|insight records were} not delivered; the next run sends them again. {reason}"),
        [nameof(Findings.InsightLeftOut)] = new("{records|insight record is|insight records are} left out: {reason}"),
        [nameof(Findings.StatusEventsGivenUp)] = new(
            "{sink} rejected {events|status event|status events} of run {run} a second time: they are given up. {message}"),
        [nameof(Findings.StatusEventsWait)] = new("Status events could not be delivered to {sink}: {message} They are kept, and the next run delivers them."),
        [nameof(Findings.StatusEventsSetAside)] = new(
            "{events|status event is|status events are} set aside, and the others are delivered: {first}{more?, ...|}. {sink}: {message}"),
    };
}
