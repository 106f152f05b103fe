using System.Globalization;
using Rollcall.Model;

namespace Rollcall.Cli.Reports;

/// <summary>Numbers, sizes and times as people read them.</summary>
internal static class Figures
{
    /// <summary>12,345.</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>12,345, or a dot for nothing, so that a table's changes stand out.</summary>
    public static string Cell(long number) => number == 0 ? "·" : Count(number);

    /// <summary>512 bytes, 3.2 MB: decimal units, as Dotdigital's limits are.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1_000 => Counted.Of(bytes, "byte"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.##} GB"),
    };

    /// <summary>0.3 s, 12 s, 1 min 12 s, 2 h 5 min.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, time.TotalSeconds):0.0} s"),
        { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s"),
        { TotalMinutes: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours} h {time.Minutes} min"),
    };

    /// <summary>A time that is only a guess, in whole seconds, rounded up.</summary>
    public static string About(TimeSpan time) =>
        time.TotalSeconds <= 9 ? $"{Math.Ceiling(time.TotalSeconds)} s" : Duration(TimeSpan.FromSeconds(Math.Ceiling(time.TotalSeconds)));

    /// <summary>2026-11-24 05:45, by the clock's time zone.</summary>
    public static string Time(DateTimeOffset time, TimeProvider clock) =>
        TimeZoneInfo.ConvertTime(time, clock.LocalTimeZone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>3.4/s, 12,000/s.</summary>
    public static string Rate(double aSecond) =>
        aSecond < 10 ? string.Create(CultureInfo.InvariantCulture, $"{aSecond:0.0}/s") : $"{Count((long)aSecond)}/s";

    /// <summary>17 %: 100 % only at the end, 0 % only before the start.</summary>
    public static string Percent(long part, long whole)
    {
        if (whole <= 0 || part >= whole)
        {
            return "100 %";
        }

        return part <= 0 ? "0 %" : string.Create(CultureInfo.InvariantCulture, $"{Math.Clamp((int)(100.0 * part / whole), 1, 99)} %");
    }
}
