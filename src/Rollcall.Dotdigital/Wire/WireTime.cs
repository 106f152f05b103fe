using System.Globalization;
using System.Text.RegularExpressions;

namespace Rollcall.Dotdigital;

/// <summary>Times as Dotdigital writes them: <c>2020-01-01T09:40:18.527Z</c>, or <c>2025-07-23 11:01:55.433000+00:00</c>; without an offset, UTC.</summary>
internal static partial class WireTime
{
    public static DateTimeOffset? Parse(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;

    /// <summary>How far a date may be off, in both directions: 14 hours where it has no offset, a day where it has no time of day.</summary>
    public static TimeSpan Margin(string? text)
    {
        if (Parse(text) is not { } time)
        {
            return TimeSpan.Zero;
        }

        var zoned = text!.AsSpan().TrimEnd() is var trimmed && (trimmed.EndsWith("Z", StringComparison.OrdinalIgnoreCase) || Offset().IsMatch(trimmed));
        return (zoned ? TimeSpan.Zero : TimeSpan.FromHours(14)) + (time.TimeOfDay == TimeSpan.Zero ? TimeSpan.FromDays(1) : TimeSpan.Zero);
    }

    [GeneratedRegex(@"\d[+-]\d\d:?\d\d$")]
    private static partial Regex Offset();

    /// <summary>Whole seconds, rounded down, in UTC, as used in filters and paths.</summary>
    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
