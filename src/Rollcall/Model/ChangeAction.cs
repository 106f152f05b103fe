namespace Rollcall.Model;

/// <summary>What the comparison says of a member and a book.</summary>
internal static class ChangeAction
{
    /// <summary>Wanted, not there.</summary>
    public const string Enter = "enter";

    /// <summary>There, with other values.</summary>
    public const string Update = "update";

    /// <summary>There, and no longer wanted.</summary>
    public const string Exit = "exit";

    /// <summary>There, as wanted.</summary>
    public const string Unchanged = "unchanged";

    /// <summary>Opted out since the last run, or new and opted out.</summary>
    public const string Suppress = "suppress";

    /// <summary>Opted out, as the ledger knows.</summary>
    public const string StillSuppressed = "still_suppressed";

    /// <summary>Opted out, and the job says that they are asked back, or brought back.</summary>
    public const string Resubscribe = "resubscribe";

    /// <summary>Opted out, and to be resubscribed through another book first: one opt-out, one question.</summary>
    public const string Await = "await";

    /// <summary>Opted out or never delivered, and no longer wanted: nothing is sent, the ledger notes that they left.</summary>
    public const string Leave = "leave";

    /// <summary>Refused by Dotdigital as no address.</summary>
    public const string StillInvalid = "still_invalid";

    /// <summary>Waits for the person to confirm, or for a day to pass after a call that may have mailed them was not answered.</summary>
    public const string StillPending = "still_pending";

    /// <summary>There, put by an audience that the job no longer maps to the book: left as it is.</summary>
    public const string TakenOut = "taken_out";

    /// <summary>Wanted, and removed manually: stays out.</summary>
    public const string StillRemoved = "still_removed";

    /// <summary>Removed manually, and no longer wanted: a person who is wanted again after that may enter.</summary>
    public const string LeaveRemoved = "leave_removed";

    /// <summary>Enters under a new address, where the contact of the former one is: it moves.</summary>
    public const string Move = "move";

    /// <summary>Enters under an address that may be somebody's new one, and it is not certain whose: left out.</summary>
    public const string MoveUnclear = "move_unclear";

    /// <summary>Moves once a guard lets it pass.</summary>
    public const string MoveHeld = "move_held";

    /// <summary>No longer wanted under this address, which is somebody's former one: does not leave. The new address says what became of it.</summary>
    public const string MovedAway = "moved_away";

    /// <summary>Would enter, and another job is just taking the person out of the book: enters when that has ended.</summary>
    public const string UnderRemoval = "under_removal";

    /// <summary>Neither there nor wanted.</summary>
    public const string None = "none";
}
