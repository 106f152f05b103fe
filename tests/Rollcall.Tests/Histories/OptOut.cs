namespace Rollcall.Tests.Histories;

/// <summary>An opt-out in the plain model: of a book or of the account, by the person.</summary>
internal sealed record OptOut
{
    public required DateTimeOffset At { get; init; }

    /// <summary>Whether it must never be cleared: a bounce, a complaint.</summary>
    public bool Lasting { get; init; }

    /// <summary>Whether an answer showed it to the engine, in a run that went on.</summary>
    public bool Shown { get; set; }

    /// <summary>The limit for which it need not be honoured; null: it must.</summary>
    public string? Limit { get; set; }

    /// <summary>Whether a job may have asked the person back, once.</summary>
    public bool MayBeAnswered { get; set; }

    /// <summary>Whether the person may be in all the same.</summary>
    public bool Excused => Limit is not null || MayBeAnswered;
}
