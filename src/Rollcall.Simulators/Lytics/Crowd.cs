namespace Rollcall.Simulators.Lytics;

/// <summary>The number of calls in progress, and its maximum.</summary>
internal sealed class Crowd
{
    private readonly Lock _gate = new();
    private int _now;

    public int Most { get; private set; }

    /// <returns>How many there are with this one.</returns>
    public int Enter()
    {
        lock (_gate)
        {
            _now++;
            Most = Math.Max(Most, _now);
            return _now;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            _now--;
        }
    }

    /// <summary>Resets the maximum to the calls in progress.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            Most = _now;
        }
    }
}
