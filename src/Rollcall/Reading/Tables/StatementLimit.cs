using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Reading.Tables;

/// <summary>How long a statement may run: until its time limit, or until the run is cancelled.</summary>
internal sealed class StatementLimit : IDisposable
{
    /// <summary>The limit of timers.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromMilliseconds(int.MaxValue);

    private readonly CancellationTokenSource _expired;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _cancellation;
    private readonly TimeSpan _limit;

    public StatementLimit(TimeSpan limit, TimeProvider clock, CancellationToken cancellation)
    {
        (_limit, _cancellation) = (limit, cancellation);
        _expired = new CancellationTokenSource(limit < Most ? limit : Most, clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _expired.Token);
    }

    /// <summary>Cancelled when the statement has to end.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Stops a statement when it has to end, until this is disposed.</summary>
    public RepeatedStop Stops(Action stop) => new(stop, Token);

    /// <summary>Throws the reason when the limit ended the statement.</summary>
    /// <param name="where">The audience.</param>
    public void Explain(string where, Exception? inner = null)
    {
        _cancellation.ThrowIfCancellationRequested();
        if (_expired.IsCancellationRequested)
        {
            throw new RollcallException(
                ExitCode.Source,
                $"The SQL took longer than {Words(_limit)}, and was ended.",
                where,
                "Make it cheaper, or raise source.tables.timeout.",
                inner);
        }
    }

    public void Dispose()
    {
        _either.Dispose();
        _expired.Dispose();
    }

    private static string Words(TimeSpan time) =>
        time.TotalDays >= 1 && time.Ticks % TimeSpan.TicksPerDay == 0 ? Counted.Of((long)time.TotalDays, "day")
        : time.Ticks % TimeSpan.TicksPerHour == 0 ? Counted.Of((long)time.TotalHours, "hour")
        : time.Ticks % TimeSpan.TicksPerMinute == 0 ? Counted.Of((long)time.TotalMinutes, "minute")
        : Counted.Of((long)time.TotalSeconds, "second");
}
