namespace Rollcall.Lytics;

/// <summary>Limits of Lytics, and how much of them is used.</summary>
internal static class LyticsLimits
{
    /// <summary>Maximum rows of a page of a scan.</summary>
    public const int PageRows = 100;

    /// <summary>The number of buckets of profiles, which can be scanned concurrently.</summary>
    public const int Splits = 100;

    /// <summary>Approximate pages of a part of a scan: an audience with few pages is split into few parts.</summary>
    public const int PartPages = 2;

    /// <summary>Concurrent requests for pages or recommendations, initially and at most.</summary>
    public const int FirstAtOnce = 8;

    public const int MostAtOnce = 100;

    /// <summary>How many people's recommendations may fail in a row before the requests stop.</summary>
    public const int FailuresInARow = 20;

    /// <summary>How often a part of a scan is started if its page tokens expire.</summary>
    public const int Passes = 5;

    /// <summary>The share of rows that may be missing from a complete scan, because an audience changes while it is scanned.</summary>
    public const double MayBeMissing = 0.001;

    /// <summary>How many members, or a hundredth of them, may leave an audience while it is read before the reading counts as incomplete.</summary>
    public const int MayLeave = 10;

    /// <summary>The share of duplicate rows allowed in a complete scan: each may hide a missing one.</summary>
    public const double MayBeRepeated = 0.001;

    /// <summary>Maximum pages of a pass: one per this many profiles of the audience, plus a constant, because a total is never exact.</summary>
    public const int LeastPageRows = 10;

    public const int PagesBesideTotal = 1_000;

    /// <summary>Maximum consecutive pages without a profile.</summary>
    public const int EmptyPages = 100;

    /// <summary>Maximum page tokens stored per pass, as hashes of eight bytes.</summary>
    public const int TokensKept = 1_000_000;

    /// <summary>Maximum levels of a descriptive answer; deep values in it are not used.</summary>
    public const int Levels = 10_000;

    /// <summary>Maximum bytes of an answer: a page of profiles has about ten thousand, and up to a hundred are in progress.</summary>
    public const int AnswerBytes = 16 << 20;

    /// <summary>
    /// Bytes of one call to a stream (10 MB are allowed), and events in it. A record of a batch may have 16 KB, a single one 4 KB; ours have about 250 bytes.
    /// </summary>
    public const int CollectBytes = 1 << 20;

    public const int CollectEvents = 2_000;

    /// <summary>Approximate bytes of an event without its address.</summary>
    public const int EventBytes = 300;

    /// <summary>The timeout of one attempt.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
}
