namespace Rollcall.Lytics;

/// <summary>What became of a call, as far as the pace goes.</summary>
internal enum PaceAnswer
{
    /// <summary>It says nothing about how busy Lytics is.</summary>
    None,

    /// <summary>It came, if only to say that there is nothing.</summary>
    Good,

    /// <summary>Lytics is overloaded: 429 or 5xx.</summary>
    Overloaded,
}

/// <summary>
/// How many pages, or people's recommendations, are asked for at once: a few at first, one more with every one that comes. When Lytics is overloaded,
/// half as many, and then one more only with every full round.
/// </summary>
internal sealed class ScanPace : IDisposable
{
    private readonly Lock sync = new();
    private readonly SemaphoreSlim turns = new(LyticsLimits.FirstAtOnce);
    private int halvings;
    private int owed;
    private int good;

    /// <summary>Calls that may be under way at once.</summary>
    public int AtOnce { get; private set; } = LyticsLimits.FirstAtOnce;

    /// <summary>Waits for a turn; gives what <see cref="Leave"/> needs.</summary>
    public async Task<int> EnterAsync(CancellationToken cancellation)
    {
        await turns.WaitAsync(cancellation).ConfigureAwait(false);
        lock (sync)
        {
            return halvings;
        }
    }

    /// <summary>Gives the turn back.</summary>
    /// <param name="turn">What <see cref="EnterAsync"/> gave.</param>
    public void Leave(int turn, PaceAnswer answer)
    {
        lock (sync)
        {
            // Whoever was under way when it was halved only confirms what is known.
            if (answer == PaceAnswer.Overloaded && turn == halvings)
            {
                var half = Math.Max(1, AtOnce / 2);
                owed += AtOnce - half;
                (AtOnce, good, halvings) = (half, 0, halvings + 1);
            }
            else if (answer == PaceAnswer.Good && turn == halvings && AtOnce < LyticsLimits.MostAtOnce && (halvings == 0 || ++good >= AtOnce))
            {
                (AtOnce, good) = (AtOnce + 1, 0);
                GiveTurn();
            }

            GiveTurn();
        }
    }

    public void Dispose() => turns.Dispose();

    private void GiveTurn()
    {
        if (owed > 0)
        {
            owed--;
        }
        else
        {
            turns.Release();
        }
    }
}
