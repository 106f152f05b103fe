using Microsoft.Extensions.Logging;
using Rollcall.Dotdigital;
using Rollcall.Store;

namespace Rollcall.Running;

/// <summary>Shares an account's calls with the other processes on the store, while a run lasts. What was not used goes back at its end.</summary>
internal sealed class SharedCalls : ICallLots, IDisposable
{
    private readonly Lock _gate = new();
    private readonly DotdigitalClient _client;
    private readonly IBudgets _budgets;
    private readonly ILogger _log;
    private bool _closed;

    public SharedCalls(DotdigitalClient client, IBudgets budgets, ILogger log)
    {
        _client = client;
        _budgets = budgets;
        _log = log;
        client.Governor.Share(this);
    }

    /// <summary>Not on the caller's thread, which holds the governor.</summary>
    public Task<int?> TakeAsync(CallLot lot) => Task.Run<int?>(() =>
    {
        lock (_gate)
        {
            return _closed ? null : Take(_budgets, _client.Account, lot);
        }
    });

    public static int Take(IBudgets budgets, Account account, CallLot lot)
    {
        var window = new CallWindow(account.Endpoint.Authority, account.Id, lot.Tier.ToString(), lot.Window);
        return budgets.Take(window, new CallClaim(lot.Owed, lot.Wanted, Reach(budgets, window, lot), lot.Counted, lot.Holders));
    }

    public void Dispose()
    {
        var back = _client.Governor.Unshare(this);
        lock (_gate)
        {
            _closed = true;
        }

        try
        {
            back.ToList().ForEach(lot => Take(_budgets, _client.Account, lot));
        }
        catch (StoreException e)
        {
            _log.LogWarning("Calls of this minute that were not used could not be given back; they are free in the next: {Reason}", e.Message);
        }
    }

    /// <summary>
    /// A new window is used up to the half, until the others of the window before have had the time to say which of their calls may still arrive in it.
    /// </summary>
    private static int Reach(IBudgets budgets, CallWindow window, CallLot lot) =>
        lot.IsEarly && budgets.Holders(window with { Ends = window.Ends - (long)DotdigitalLimits.RateWindow.TotalSeconds }) > (lot.HeldBefore ? 1 : 0)
            ? lot.UpTo / 2
            : lot.UpTo;
}
