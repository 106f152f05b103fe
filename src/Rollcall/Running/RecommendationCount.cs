using Rollcall.Model;

namespace Rollcall.Running;

/// <summary>What was read of a table of recommendations.</summary>
/// <param name="Incomplete">Why somebody's may be missing; null when they are all there.</param>
/// <param name="Keeps">Whether nothing is known of who has none.</param>
/// <param name="Shape">What the reading looked like, kept for the next one.</param>
internal sealed record RecommendationCount(Finding? Incomplete, bool Keeps, AudienceShape Shape);
