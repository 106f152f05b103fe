namespace Rollcall.Store;

/// <summary>
/// The generations of ledgers that somebody reads: none is deleted until it is given back, or the process ends. Of its own job's ledger, a plan has the
/// generation that it read first to its end.
/// </summary>
internal sealed class LedgerLeases(ILedgers ledgers) : IDisposable
{
    private readonly List<IDisposable> _leases = [];
    private readonly Dictionary<string, KeptLedger?> _own = new(StringComparer.Ordinal);

    /// <summary>A job's ledger, always the same; null for a job that never ran here.</summary>
    public KeptLedger? Of(string tag) =>
        _own.TryGetValue(tag, out var known) ? known : _own[tag] = Read(() => ledgers.Of(tag), found => found?.Folder is { } folder ? [folder] : []);

    /// <summary>Reads what names generations, and leases them; once more where one was replaced and deleted meanwhile.</summary>
    public T Read<T>(Func<T> read, Func<T, IEnumerable<string>> named)
    {
        for (var missing = new HashSet<string>(StringComparer.Ordinal); ;)
        {
            var found = read();
            var leases = named(found).Distinct(StringComparer.Ordinal).Select(name => (Generation: name, Lease: ledgers.Lease(name))).ToList();
            var gone = leases.Where(l => l.Lease is null).Select(l => l.Generation).ToHashSet(StringComparer.Ordinal);
            _leases.AddRange(leases.Select(l => l.Lease).OfType<IDisposable>());

            // Named still: its files are lost, as their reader reports.
            if (gone.IsSubsetOf(missing))
            {
                return found;
            }

            missing = gone;
        }
    }

    public void Dispose() => _leases.ForEach(lease => lease.Dispose());
}
