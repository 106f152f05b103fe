using Rollcall.Model;

namespace Rollcall.Store;

/// <summary>
/// What is small and changes: jobs, runs, the journal of deliveries, opt-outs and how far their feeds were read, the outbox, and the names of the files
/// that hold what is large. An interface for each purpose. A method is a transaction of its own: all of it is on the disk afterwards, or none. Several
/// processes may use one store at once. What the store refuses is a <see cref="StoreException"/>. Times are milliseconds since 1970, UTC.
/// </summary>
internal interface IStore : IDisposable
{
    IJobs Jobs { get; }

    IStoredJobs StoredJobs { get; }

    ITokens Tokens { get; }

    IRuns Runs { get; }

    IBooks Books { get; }

    IAudiences Audiences { get; }

    ILedgers Ledgers { get; }

    IDeliveries Deliveries { get; }

    IOutbox Outbox { get; }

    IForgotten Forgotten { get; }

    IRetention Retention { get; }

    IBudgets Budgets { get; }

    /// <summary>The journal of one job.</summary>
    /// <param name="clock">Dotdigital's.</param>
    IJournal Journal(string tag, long account, TimeProvider clock);

    /// <summary>The opt-outs of one account, shared by its jobs.</summary>
    IOptOuts OptOuts(long account);

    /// <summary>The watch of one job.</summary>
    IWatch Watch(string tag, long account);

    /// <summary>Sees to it that the keys of the store, and of the files it names, are those of this version.</summary>
    /// <exception cref="RollcallException">Exit 6: a run or a plan of a former version works in the folder.</exception>
    void Rekey(CancellationToken cancellation);
}

/// <summary>A store that was opened as it is, to find out what is lost.</summary>
internal interface IFoundStore : IStore
{
    /// <summary>Whether there is nothing in it, not even an empty table.</summary>
    bool IsBlank { get; }

    /// <summary>Brings the store up to date.</summary>
    void Migrate();
}
