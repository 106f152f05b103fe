using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Rollcall.Model;

namespace Rollcall.Service.Jobs;

/// <summary>Something that happened in a run of this service.</summary>
/// <param name="No">Its number in the run, from 1.</param>
/// <param name="Progress">How far the run is; null for its end.</param>
public sealed record RunEvent(long No, RunProgress? Progress);

/// <summary>What goes on in the runs of this service, for everybody who follows one. Only the latest events of a run are kept.</summary>
public sealed class RunFeed
{
    private const int Kept = 1_000;
    private const int KeptRuns = 200;

    private readonly ConcurrentDictionary<string, Log> _runs = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _ended = new();

    /// <summary>A run says how far it is.</summary>
    public void Publish(string runId, RunProgress progress) => _runs.GetOrAdd(runId, _ => new Log()).Add(progress);

    /// <summary>A run ended. Its events stay for a while, for those who lost their connection.</summary>
    public void End(string runId)
    {
        _runs.GetOrAdd(runId, _ => new Log()).Add(null);
        _ended.Enqueue(runId);
        while (_ended.Count > KeptRuns && _ended.TryDequeue(out var oldest))
        {
            _runs.TryRemove(oldest, out _);
        }
    }

    /// <summary>Whether the run is, or lately was, one of this service.</summary>
    public bool Knows(string runId) => _runs.ContainsKey(runId);

    /// <summary>The events of a run after a number, those to come too, until its end.</summary>
    public async IAsyncEnumerable<RunEvent> FollowAsync(string runId, long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (!_runs.TryGetValue(runId, out var log))
        {
            yield break;
        }

        var (past, future) = log.Follow(after);
        try
        {
            foreach (var one in past)
            {
                yield return one;
            }

            if (past is not [.., { Progress: null }])
            {
                await foreach (var one in future.Reader.ReadAllAsync(cancellation))
                {
                    yield return one;
                }
            }
        }
        finally
        {
            log.Leave(future);
        }
    }

    private sealed class Log
    {
        private readonly Lock _lock = new();
        private readonly Queue<RunEvent> _events = new();
        private readonly List<Channel<RunEvent>> _followers = [];
        private long _no;

        public void Add(RunProgress? progress)
        {
            lock (_lock)
            {
                var one = new RunEvent(++_no, progress);
                _events.Enqueue(one);
                while (_events.Count > Kept)
                {
                    _events.Dequeue();
                }

                foreach (var follower in _followers)
                {
                    follower.Writer.TryWrite(one);
                    if (progress is null)
                    {
                        follower.Writer.TryComplete();
                    }
                }
            }
        }

        public (IReadOnlyList<RunEvent> Past, Channel<RunEvent> Future) Follow(long after)
        {
            // A follower that is slow loses what is old, not what is new.
            var future = Channel.CreateBounded<RunEvent>(new BoundedChannelOptions(Kept) { FullMode = BoundedChannelFullMode.DropOldest });
            lock (_lock)
            {
                _followers.Add(future);
                return ([.. _events.Where(one => one.No > after || one.Progress is null)], future);
            }
        }

        public void Leave(Channel<RunEvent> future)
        {
            lock (_lock)
            {
                _followers.Remove(future);
            }
        }
    }
}
