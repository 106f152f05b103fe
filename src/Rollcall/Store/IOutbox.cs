namespace Rollcall.Store;

/// <summary>Status events on their way to a job's sink. They come in with the ledger that has them.</summary>
internal interface IOutbox
{
    /// <summary>What waits, oldest first.</summary>
    IReadOnlyList<WaitingEvents> Waiting(string tag);

    /// <summary>Counts that the sink rejected some of them.</summary>
    void Rejected(IEnumerable<WaitingEvents> events);

    /// <summary>Notes that the sink has them, or never will.</summary>
    void Delivered(IEnumerable<WaitingEvents> events, long now);
}

/// <summary>Status events that wait.</summary>
/// <param name="Events">Their file.</param>
/// <param name="Rejected">How often the sink rejected some of them.</param>
internal sealed record WaitingEvents(long Id, string RunId, string Events, long Rejected);
