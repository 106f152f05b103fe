namespace Rollcall.Lytics;

/// <summary>Lytics' limits, and how much of them is used.</summary>
internal static class LyticsLimits
{
    /// <summary>Rows of a page of a scan, at most.</summary>
    public const int PageRows = 100;

    /// <summary>Each profile is in one of so many buckets, which can be scanned side by side.</summary>
    public const int Splits = 100;

    /// <summary>Pages of a part of a scan, about: an audience of few pages is cut into few parts.</summary>
    public const int PartPages = 2;

    /// <summary>Pages of a scan, or people's recommendations, asked for at once, at first and at most.</summary>
    public const int FirstAtOnce = 8;

    public const int MostAtOnce = 100;

    /// <summary>How many people's recommendations may fail in a row before nobody else is asked about.</summary>
    public const int FailuresInARow = 20;

    /// <summary>How often a part of a scan is begun whose page tokens go stale.</summary>
    public const int Passes = 5;

    /// <summary>How many rows may be missing from a scan that counts as complete, as a share: an audience changes while it is scanned.</summary>
    public const double MayBeMissing = 0.001;

    /// <summary>How many members may leave an audience while it is read, or a hundredth of them, before the reading counts as incomplete.</summary>
    public const int MayLeave = 10;

    /// <summary>How many rows may be there again in a scan that counts as complete, as a share: each may hide one that is missing.</summary>
    public const double MayBeRepeated = 0.001;

    /// <summary>Pages of a pass, at most: one for so many of the audience's profiles, and so many beside, since a total is never quite right.</summary>
    public const int LeastPageRows = 10;

    public const int PagesBesideTotal = 1_000;

    /// <summary>Pages without a profile in a row, at most.</summary>
    public const int EmptyPages = 100;

    /// <summary>Page tokens of a pass that are remembered, by a hash of eight bytes.</summary>
    public const int TokensKept = 1_000_000;

    /// <summary>Levels of an answer that describes something, at most: what is deep in it is not looked at.</summary>
    public const int Levels = 10_000;

    /// <summary>Bytes of an answer, at most: a page of profiles has some ten thousand, and a hundred are under way at once.</summary>
    public const int AnswerBytes = 16 << 20;

    /// <summary>Bytes of one call to a stream (10 MB are allowed), and events in it. A record of a batch may have 16 KB, a single one 4 KB; ours have some 250 bytes.</summary>
    public const int CollectBytes = 1 << 20;

    public const int CollectEvents = 2_000;

    /// <summary>Bytes of an event without its address, about.</summary>
    public const int EventBytes = 300;

    /// <summary>How long one attempt may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
}
