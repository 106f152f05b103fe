namespace Rollcall.Simulators.Lytics;

/// <summary>How many calls are under way, and were at most.</summary>
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

    /// <summary>Counts anew from those under way.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            Most = _now;
        }
    }
}
