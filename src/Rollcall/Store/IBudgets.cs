namespace Rollcall.Store;

/// <summary>The calls of accounts, which processes take in lots. What a dead process took is free again in the next window.</summary>
internal interface IBudgets
{
    /// <summary>Takes calls of a window, in one statement, and returns how many: what is owed, and of what is wanted as much as there is room for.</summary>
    int Take(CallWindow window, CallClaim claim);

    /// <summary>How many processes have calls of a window, and have not left it.</summary>
    int Holders(CallWindow window);
}

/// <summary>A window in which Dotdigital counts calls.</summary>
/// <param name="Host">Where the account is.</param>
/// <param name="Ends">Its end by Dotdigital's clock, in seconds since 1970.</param>
internal sealed record CallWindow(string Host, long AccountId, string Tier, long Ends);

/// <summary>What a process asks for.</summary>
/// <param name="Owed">Calls that count in any case; negative to give calls back.</param>
/// <param name="Wanted">Calls that are wanted besides.</param>
/// <param name="UpTo">How many calls of the window may be taken, by everybody together.</param>
/// <param name="Counted">How many calls Dotdigital had counted; 0 when unknown. More than were taken are those of other users of the account.</param>
/// <param name="Holders">1 for a process that comes to the window, -1 for one that leaves it, otherwise 0.</param>
internal sealed record CallClaim(int Owed, int Wanted, int UpTo, int Counted, int Holders);
