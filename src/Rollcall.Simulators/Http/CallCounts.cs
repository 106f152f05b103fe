namespace Rollcall.Simulators.Http;

/// <summary>How often each operation was called, and the last calls.</summary>
internal sealed class CallCounts
{
    private const int Kept = 200;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly Queue<RecentCall> _recent = new();
    private int _total;

    public int Next(string operation)
    {
        lock (_gate)
        {
            _counts[operation] = _counts.GetValueOrDefault(operation) + 1;
            return ++_total;
        }
    }

    public void Done(RecentCall call)
    {
        lock (_gate)
        {
            _recent.Enqueue(call);
            if (_recent.Count > Kept)
            {
                _recent.Dequeue();
            }
        }
    }

    public IReadOnlyDictionary<string, int> Counts()
    {
        lock (_gate)
        {
            return new SortedDictionary<string, int>(_counts, StringComparer.Ordinal);
        }
    }

    /// <summary>The last calls, the latest first.</summary>
    public IReadOnlyList<RecentCall> Recent()
    {
        lock (_gate)
        {
            return [.. _recent.Reverse()];
        }
    }
}

/// <summary>One call that was answered; status 0: the connection was dropped.</summary>
internal sealed record RecentCall(int Number, DateTime Time, string Operation, string Method, string Target, int Status);
