namespace Rollcall.Model;

/// <summary>What the guards hold back.</summary>
/// <param name="Held">Every guard that holds something.</param>
/// <param name="Books">The numbers of the books left entirely as they are.</param>
/// <param name="Run">Whether the whole run is held.</param>
internal sealed record GuardVerdict(IReadOnlyList<GuardHeld> Held, IReadOnlySet<int> Books, bool Run);
