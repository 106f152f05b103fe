using System.Collections.Concurrent;

namespace Rollcall.Dotdigital;

/// <summary>Counts what one client sent. Every attempt counts, including retries and refused calls.</summary>
public sealed class ApiUsage
{
    private readonly ConcurrentDictionary<string, long> _calls = new();
    private long _total;
    private long _bytesSent;

    /// <summary>Calls so far.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>Bytes of request bodies sent so far.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    /// <summary>Calls so far by operation, such as <c>contacts.import</c>; a copy.</summary>
    public IReadOnlyDictionary<string, long> ByOperation() => new SortedDictionary<string, long>(_calls, StringComparer.Ordinal);

    internal void Count(DotdigitalRequest request)
    {
        _calls.AddOrUpdate(request.Operation, 1, (_, count) => count + 1);
        Interlocked.Increment(ref _total);
        Interlocked.Add(ref _bytesSent, request.Body?.Length ?? 0);
    }
}
