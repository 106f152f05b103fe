using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Running;

/// <summary>Moves that turn out not to be such: the table <c>move</c>, and the changes that hang on it.</summary>
internal static class MoveTable
{
    /// <summary>
    /// Turns a move whose new address is a contact already into an entry and an exit: the new address enters as anybody does, by what that contact and every
    /// former address of the key allow, and the former one leaves. Nobody's contact is rewritten.
    /// </summary>
    /// <param name="contactId">The contact that has the new address.</param>
    /// <param name="accountStatus">Its status in the account.</param>
    /// <param name="suppressedIn">The books that it left.</param>
    public static void Part(RunDatabase db, long n, long contactId, string accountStatus, IReadOnlyList<long> suppressedIn, ComparisonCounts counts)
    {
        var both = $"SELECT kh, member_key FROM move WHERE n = {n} UNION SELECT old_kh, old_key FROM move WHERE n = {n}";
        counts.Recount(db, both, -1);
        var out_ = accountStatus is "Subscribed" or "PendingOptIn"
            ? suppressedIn.Count == 0 ? "false" : $"change.book_no IN (SELECT book_no FROM book WHERE book_id IN ({string.Join(", ", suppressedIn)}))"
            : "true";
        var ofAccount = accountStatus is not ("Subscribed" or "PendingOptIn");
        db.Execute($"""
            UPDATE change SET action = CASE WHEN {out_} THEN '{ChangeAction.Suppress}' ELSE '{ChangeAction.Enter}' END, contact_id = {contactId},
                status = CASE WHEN {out_} THEN {SqlText.Literal(ofAccount ? accountStatus : "Unsubscribed")} ELSE status END, status_of_account = {ofAccount}
            FROM move m WHERE m.n = {n} AND m.kh = change.kh AND m.member_key = change.member_key
                AND change.action IN ('{ChangeAction.Enter}', '{ChangeAction.Move}');
            UPDATE changed SET contact_id = {contactId} FROM move m WHERE m.n = {n} AND m.kh = changed.kh AND m.member_key = changed.member_key;
            UPDATE change SET action = '{ChangeAction.Exit}' FROM move m
            WHERE m.n = {n} AND m.old_kh = change.kh AND m.old_key = change.member_key AND change.action = '{ChangeAction.MovedAway}';
            """);
        counts.Recount(db, both, 1);
        db.Execute($"DELETE FROM move WHERE n = {n}");
    }

    /// <summary>Gives up a move that turned out not to be certain: the new address is left out, and the former one stays as it is.</summary>
    public static void GiveUp(RunDatabase db, long n, string why, string action = ChangeAction.MoveUnclear) => db.Execute($"""
        UPDATE change SET action = {SqlText.Literal(action)}, reason = {SqlText.Literal(why)}
        FROM move m WHERE m.n = {n} AND m.kh = change.kh AND m.member_key = change.member_key
            AND change.action IN ('{ChangeAction.Enter}', '{ChangeAction.Move}');
        UPDATE change SET action = '{ChangeAction.MovedAway}' FROM move m WHERE m.n = {n} AND m.old_kh = change.kh AND m.old_key = change.member_key
            AND change.action = '{ChangeAction.Exit}';
        DELETE FROM move WHERE n = {n};
        """);
}
