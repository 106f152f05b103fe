using System.Globalization;

namespace Rollcall.Dotdigital;

/// <summary>Times as Dotdigital writes them: <c>2020-01-01T09:40:18.527Z</c>, or <c>2025-07-23 11:01:55.433000+00:00</c>; without an offset, UTC.</summary>
internal static class WireTime
{
    public static DateTimeOffset? Parse(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;

    /// <summary>Whole seconds, rounded down, in UTC: as filters and paths take it.</summary>
    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
