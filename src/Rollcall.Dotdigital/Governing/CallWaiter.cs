namespace Rollcall.Dotdigital;

/// <summary>A call that waits for its start.</summary>
internal sealed class CallWaiter(GovernedCall call, long arrival, IProgress<CallWait>? waits)
{
    private readonly TaskCompletionSource<CallLease> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _registration;
    private bool _told;

    public GovernedCall Call => call;

    public long Arrival => arrival;

    public CallLease? Lease { get; private set; }

    public Task<CallLease> Task => _source.Task;

    public void Admit(CallLease lease)
    {
        Lease = lease;
        _source.SetResult(lease);

        // Not Dispose, which would wait for a cancellation that waits for the governor's lock.
        _registration.Unregister();
    }

    public void Fail(Exception failure)
    {
        _source.TrySetException(failure);
        _registration.Unregister();
    }

    /// <summary>Tells the caller once what it waits for. Not under the governor's lock.</summary>
    public void Tell(CallWait wait)
    {
        if (!Interlocked.Exchange(ref _told, true))
        {
            waits?.Report(wait);
        }
    }

    public void GiveUpOn(Governor governor, CancellationToken cancellation)
    {
        _registration = cancellation.UnsafeRegister((_, token) => governor.GiveUp(this, token), null);
        if (_source.Task.IsCompleted)
        {
            _registration.Unregister();
        }
    }

    public void Cancel(CancellationToken token) => _source.TrySetCanceled(token);
}
