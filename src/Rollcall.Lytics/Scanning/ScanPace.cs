namespace Rollcall.Lytics;

/// <summary>The result of a call, as far as the pace is concerned.</summary>
internal enum PaceAnswer
{
    /// <summary>It says nothing about the load of Lytics.</summary>
    None,

    /// <summary>It was answered, perhaps without a result.</summary>
    Good,

    /// <summary>Lytics is overloaded: 429 or 5xx.</summary>
    Overloaded,
}

/// <summary>
/// The number of concurrent requests for pages or recommendations: a few at first, one more with every answer. When Lytics is overloaded,
/// it is halved, and then grows by one only with every full round.
/// </summary>
internal sealed class ScanPace : IDisposable
{
    private readonly Lock _sync = new();
    private readonly SemaphoreSlim _turns = new(LyticsLimits.FirstAtOnce);
    private int _halvings;
    private int _owed;
    private int _good;

    /// <summary>The maximum number of concurrent calls.</summary>
    public int AtOnce { get; private set; } = LyticsLimits.FirstAtOnce;

    /// <summary>Waits for a turn; returns the argument of <see cref="Leave"/>.</summary>
    public async Task<int> EnterAsync(CancellationToken cancellation)
    {
        await _turns.WaitAsync(cancellation).ConfigureAwait(false);
        lock (_sync)
        {
            return _halvings;
        }
    }

    /// <summary>Returns the turn.</summary>
    /// <param name="turn">The result of <see cref="EnterAsync"/>.</param>
    public void Leave(int turn, PaceAnswer answer)
    {
        lock (_sync)
        {
            // A call that was in progress when it was halved only confirms what is known.
            if (answer == PaceAnswer.Overloaded && turn == _halvings)
            {
                var half = Math.Max(1, AtOnce / 2);
                _owed += AtOnce - half;
                (AtOnce, _good, _halvings) = (half, 0, _halvings + 1);
            }
            else if (answer == PaceAnswer.Good && turn == _halvings && AtOnce < LyticsLimits.MostAtOnce && (_halvings == 0 || ++_good >= AtOnce))
            {
                (AtOnce, _good) = (AtOnce + 1, 0);
                GiveTurn();
            }

            GiveTurn();
        }
    }

    public void Dispose() => _turns.Dispose();

    private void GiveTurn()
    {
        if (_owed > 0)
        {
            _owed--;
        }
        else
        {
            _turns.Release();
        }
    }
}
