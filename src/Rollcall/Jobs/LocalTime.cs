using System.Globalization;

namespace Rollcall.Jobs;

/// <summary>A date and time of the job file, with an offset or in a time zone.</summary>
internal static class LocalTime
{
    /// <summary>Null where there is no such date, time or time zone.</summary>
    public static DateTimeOffset? Read(string text, string timezone)
    {
        var hasOffset = text[^1] == 'Z' || text[^6] is '+' or '-';
        if (hasOffset)
        {
            return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var exact) ? exact : null;
        }

        if (!DateTime.TryParse(text, CultureInfo.InvariantCulture, out var local) || !TimeZoneInfo.TryFindSystemTimeZoneById(timezone, out var zone))
        {
            return null;
        }

        // In the hour that a change to summer time skips, the offset before the change.
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }
}
