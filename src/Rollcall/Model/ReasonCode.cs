namespace Rollcall.Model;

/// <summary>
/// Why a member is where they are: the <c>code</c> of a row of the ledger, of an outcome and of a failure. Their spelling is part of the contract.
/// </summary>
internal static class ReasonCode
{
    /// <summary>The ledger's code of a member who was adopted, or of anyone adopted as the job's own.</summary>
    public const string Adopted = "Adopted";

    /// <summary>The outcome's code of somebody who stays because they were there before.</summary>
    public const string AlreadyThere = "AlreadyThere";

    /// <summary>The ledger's code of somebody put into the book by a write after it had been given up.</summary>
    public const string AppliedLate = "AppliedLate";

    /// <summary>Pending: the person was asked through another book; this one follows their answer.</summary>
    public const string AwaitsAnswer = "AwaitsAnswer";

    /// <summary>The ledger's code of somebody who came back on their own.</summary>
    public const string CameBack = "CameBack";

    /// <summary>Pending, because Dotdigital asked the person whether to come back.</summary>
    public const string Challenged = "Challenged";

    /// <summary>
    /// The ledger's code of someone who left this job and is claimed by another: such a row claims nobody, or two jobs would wait for each other.
    /// </summary>
    public const string ClaimedByAnotherJob = "ClaimedByAnotherJob";

    /// <summary>The code of a known member whose contact id is not proven.</summary>
    public const string ContactIdInDoubt = "ContactIdInDoubt";

    /// <summary>The outcome's code of somebody who goes on under another contact id, which the next record goes by.</summary>
    public const string ContactMerged = "ContactMerged";

    /// <summary>The outcome's code of somebody who is deleted at Dotdigital.</summary>
    public const string DeletedAtDotdigital = "DeletedAtDotdigital";

    /// <summary>The code of an exit that the job ignores.</summary>
    public const string ExitIgnored = "ExitIgnored";

    /// <summary>The ledger's code of someone who was in the book and is no member: nothing is ever done with them.</summary>
    public const string FoundThere = "FoundThere";

    /// <summary>The code, in <c>roll_left_out</c>, of a row whose person stays as they are in all books of the audience: it is not left out.</summary>
    public const string KnownByKey = "KnownByKey";

    /// <summary>The outcome's code of an address that is not moved because it is not certain whose it is.</summary>
    public const string MoveUnclear = "MoveUnclear";

    /// <summary>The ledger's code of an address whose contact has another one since: it says nothing of the person who has the address now.</summary>
    public const string Moved = "Moved";

    /// <summary>The code of what was not delivered and is no longer wanted.</summary>
    public const string NoLongerMember = "NoLongerMember";

    /// <summary>The code of a change that the run is not asked for.</summary>
    public const string NotInPilot = "NotInPilot";

    /// <summary>The code of people who could not be asked about.</summary>
    public const string NotRecommended = "NotRecommended";

    /// <summary>The code, in <c>under_way</c>, of people who are to be unsubscribed again and are held by a guard.</summary>
    public const string OptOutsHeld = "OptOutsHeld";

    /// <summary>The code of what waits because opt-outs could not be read.</summary>
    public const string OptOutsUnread = "OptOutsUnread";

    /// <summary>The outcome's code of somebody who may be deleted: nothing is changed about them.</summary>
    public const string PerhapsDeleted = "PerhapsDeleted";

    /// <summary>The outcome's code of somebody who was deleted and registered again.</summary>
    public const string RegisteredAgain = "RegisteredAgain";

    /// <summary>The ledger's code of someone who was removed from the book manually.</summary>
    public const string RemovedAtDotdigital = "RemovedAtDotdigital";

    /// <summary>The ledger's code of a member removed late by an earlier removal of ours: they enter again, in bulk.</summary>
    public const string RemovedLate = "RemovedLate";

    /// <summary>The code of people whose import's report Dotdigital does not have.</summary>
    public const string ReportGone = "ReportGone";

    /// <summary>Delivered: Dotdigital shows the person back.</summary>
    public const string Resubscribed = "Resubscribed";

    /// <summary>The outcome's code of a former address whose contact stays under its new one.</summary>
    public const string SameContact = "SameContact";

    /// <summary>The outcome's code of somebody whose contact is there after all, without the book.</summary>
    public const string ShownAgain = "ShownAgain";

    /// <summary>The code of an event that a sink will never have.</summary>
    public const string StatusRefused = "StatusRefused";

    /// <summary>The code of who was added without an answer and is not in the book: looked up once more before they are added again.</summary>
    public const string Unanswered = "Unanswered";

    /// <summary>Pending: a resubscription was sent and not answered. It counts as sent.</summary>
    public const string UnansweredChallenge = "UnansweredChallenge";

    /// <summary>The code of people whose import may have mailed them and was not answered: they wait, and are sent again after a day.</summary>
    public const string UnansweredMail = "UnansweredMail";

    /// <summary>The code of an entry that waits.</summary>
    public const string UnderRemoval = "UnderRemoval";

    /// <summary>The code of who was asked to confirm before being added: they are, once they have confirmed.</summary>
    public const string WaitsToBeAdded = "WaitsToBeAdded";

    /// <summary>The pending people who wait for their own answer.</summary>
    public const string AskedBack = $"('{Challenged}', '{UnansweredChallenge}', '{AwaitsAnswer}')";

    /// <summary>
    /// Codes of people who were not in the book when they were read back, of an import that Dotdigital may apply yet: they count as in for an exit.
    /// </summary>
    public const string MayBeApplied = $"('{Unanswered}', '{ReportGone}', 'NotReported', 'NotInBook')";

    /// <summary>
    /// The ledger's codes of people who were not put into the book by an entry of ours: what they opted out of before does not tell of a write that undid
    /// it.
    /// </summary>
    public const string NotOurEntry = $"('{Adopted}', '{FoundThere}', '{CameBack}', '{Resubscribed}')";
}
