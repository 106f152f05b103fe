using System.Collections.Concurrent;

namespace Rollcall.Dotdigital;

/// <summary>One governor per account, for all clients with the same set.</summary>
public sealed class Governors(TimeProvider clock)
{
    private readonly ConcurrentDictionary<(string Host, long Account), Governor> _byAccount = new();

    /// <summary>The governors of this process, with the system clock.</summary>
    public static Governors OfThisProcess { get; } = new(TimeProvider.System);

    /// <summary>The account's governor. Accounts of different hosts are different accounts, so that simulators do not mix.</summary>
    public Governor For(Account account) =>
        _byAccount.GetOrAdd((account.Endpoint.Authority, account.Id), _ => new Governor(clock));
}
