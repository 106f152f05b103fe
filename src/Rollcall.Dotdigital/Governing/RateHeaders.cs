using System.Globalization;
using System.Net.Http.Headers;

namespace Rollcall.Dotdigital;

/// <summary>What an answer's headers say about the limits. Header names are case-insensitive.</summary>
/// <param name="Tier">The tier the call counted in; null when missing.</param>
/// <param name="Limit">Calls per window.</param>
/// <param name="Remaining">Calls left in this window.</param>
/// <param name="Reset">When the next window begins, in seconds since 1970, by Dotdigital's clock.</param>
/// <param name="Date">The answer's date, by the same clock, rounded down to the second.</param>
/// <param name="RetryAfter">How long to wait, if a proxy says so.</param>
internal readonly record struct RateHeaders(CallTier? Tier, int? Limit, int? Remaining, long? Reset, DateTimeOffset? Date, TimeSpan? RetryAfter)
{
    public static RateHeaders None => default;

    public static RateHeaders Of(HttpResponseMessage response)
    {
        var headers = response.Headers;
        return new RateHeaders(
            TierOf(Text(headers, "X-RateLimit-Scope")),
            (int?)Number(headers, "X-RateLimit-Limit", int.MaxValue),
            (int?)Number(headers, "X-RateLimit-Remaining", int.MaxValue),
            Number(headers, "X-RateLimit-Reset", long.MaxValue),
            headers.Date,
            headers.RetryAfter switch
            {
                { Delta: { } delta } => delta,
                { Date: { } date } when headers.Date is { } now => date - now,
                _ => null,
            });
    }

    /// <summary>
    /// The time from the arrival of the answer until the window has certainly ended; null when unknown.
    /// <see cref="Date"/> is rounded down and older than the answer's arrival, so this is never too short.
    /// </summary>
    public TimeSpan? UntilReset(DateTimeOffset now)
    {
        if (Reset is not { } reset)
        {
            return null;
        }

        var from = (Date ?? now).ToUnixTimeMilliseconds() / 1000.0;
        return TimeSpan.FromSeconds(Math.Clamp(reset - from, 0, DotdigitalLimits.LongestWait.TotalSeconds));
    }

    private static CallTier? TierOf(string? scope) => scope?.ToUpperInvariant() switch
    {
        null => null,
        var s when s.StartsWith("LOW", StringComparison.Ordinal) => CallTier.Low,
        var s when s.StartsWith("MEDIUM", StringComparison.Ordinal) => CallTier.Medium,
        var s when s.StartsWith("HIGH", StringComparison.Ordinal) => CallTier.High,
        var s when s.StartsWith("UNLIMITED", StringComparison.Ordinal) => CallTier.Unlimited,
        _ => null,
    };

    private static string? Text(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.FirstOrDefault()?.Trim() : null;

    private static long? Number(HttpResponseHeaders headers, string name, long most) =>
        long.TryParse(Text(headers, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most ? number : null;
}
