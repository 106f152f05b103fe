namespace Rollcall.Jobs;

/// <summary>The limits at which changes are held back.</summary>
public sealed record GuardOptions
{
    /// <summary>Most exits of a book, as percent of our delivered members in it; null for none. Never applies to 10 exits or fewer.</summary>
    public double? MaxExitPercent { get; init; } = 20;

    /// <summary>Most members entering a book; null for none.</summary>
    public long? MaxEnter { get; init; }

    /// <summary>Most emails a run may cause; null for none.</summary>
    public long? MaxMails { get; init; } = 1000;

    /// <summary>Most moved addresses of a run; null for none.</summary>
    public long? MaxMoves { get; init; } = 100;

    /// <summary>Most rows of an audience, in percent, that are rejected or have no usable address; null for any.</summary>
    public double? MaxRejectPercent { get; init; } = 50;

    /// <summary>Most of our people in a book, in percent, who may be gone from it at once; null for any.</summary>
    public double? MaxMissingPercent { get; init; } = 20;

    /// <summary>
    /// Most of our people in a book, in percent, who may be found deleted at Dotdigital at once; null for any. Never applies to 10 people or fewer.
    /// </summary>
    public double? MaxDeletedPercent { get; init; } = 1;

    /// <summary>What an audience that had members and has none now does.</summary>
    public EmptyAudience EmptyAudience { get; init; } = EmptyAudience.Stop;
}

/// <summary>What an audience that had members and has none now does.</summary>
public enum EmptyAudience
{
    /// <summary>Its books are left as they are.</summary>
    Stop,

    /// <summary>Its members leave.</summary>
    Allow,
}
