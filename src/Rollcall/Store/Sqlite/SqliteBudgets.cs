namespace Rollcall.Store.Sqlite;

internal sealed class SqliteBudgets(StoreConnection db) : IBudgets
{
    // Windows that ended long before the one that somebody comes to, in seconds.
    private const int Old = 3600;

    // A window nobody has come to yet.
    private const string FirstOthers = "max(0, @Counted - @Owed)";
    private const string FirstGiven = $"@Owed + max(0, min(@Wanted, @UpTo - @Owed - {FirstOthers}))";

    // Every call that was counted and not taken is somebody else's.
    private const string Others = "max(w.others, @Counted - @Owed - w.taken)";
    private const string Given = $"@Owed + max(0, min(@Wanted, @UpTo - @Owed - w.taken - {Others}))";

    public int Take(CallWindow window, CallClaim claim)
    {
        if (claim.Holders > 0)
        {
            db.Execute(
                "DELETE FROM call_window WHERE host = @Host AND account_id = @AccountId AND tier = @Tier AND ends < @old",
                new { window.Host, window.AccountId, window.Tier, old = window.Ends - Old });
        }

        return (int)db.Number(
            $"""
            INSERT INTO call_window AS w (host, account_id, tier, ends, taken, others, holders, given)
            VALUES (@Host, @AccountId, @Tier, @Ends, {FirstGiven}, {FirstOthers}, @Holders, {FirstGiven})
            ON CONFLICT (host, account_id, tier, ends) DO UPDATE SET
                taken = w.taken + {Given},
                others = {Others},
                holders = w.holders + @Holders,
                given = {Given}
            RETURNING given
            """,
            new
            {
                window.Host, window.AccountId, window.Tier, window.Ends, claim.Owed, claim.Wanted, claim.UpTo, claim.Counted, claim.Holders,
            });
    }

    public int Holders(CallWindow window) => (int)db.Number(
        "SELECT holders FROM call_window WHERE host = @Host AND account_id = @AccountId AND tier = @Tier AND ends = @Ends", window);
}
