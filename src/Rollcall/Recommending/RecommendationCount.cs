using Rollcall.Reading;

namespace Rollcall.Recommending;

/// <summary>What was read of a table of recommendations.</summary>
/// <param name="People">People with recommendations.</param>
/// <param name="Incomplete">Why somebody's may be missing; null when they are all there.</param>
/// <param name="Shape">What the reading looked like, kept for the next one.</param>
internal sealed record RecommendationCount(long People, string? Incomplete, AudienceShape Shape);
