namespace Rollcall.Simulators.Http;

/// <summary>How often each operation was called, and the last calls.</summary>
internal sealed class CallCounts
{
    private const int Kept = 200;
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, int> counts = new(StringComparer.Ordinal);
    private readonly Queue<RecentCall> recent = new();
    private int total;

    public int Next(string operation)
    {
        lock (gate)
        {
            counts[operation] = counts.GetValueOrDefault(operation) + 1;
            return ++total;
        }
    }

    public void Done(RecentCall call)
    {
        lock (gate)
        {
            recent.Enqueue(call);
            if (recent.Count > Kept)
            {
                recent.Dequeue();
            }
        }
    }

    public IReadOnlyDictionary<string, int> Counts()
    {
        lock (gate)
        {
            return new SortedDictionary<string, int>(counts, StringComparer.Ordinal);
        }
    }

    /// <summary>The last calls, the latest first.</summary>
    public IReadOnlyList<RecentCall> Recent()
    {
        lock (gate)
        {
            return [.. recent.Reverse()];
        }
    }
}

/// <summary>One call that was answered; status 0: the connection was dropped.</summary>
internal sealed record RecentCall(int Number, DateTime Time, string Operation, string Method, string Target, int Status);
