using Rollcall.Model;
using Cronos;

namespace Rollcall.Jobs;

/// <summary>A cron expression of five fields.</summary>
internal static class CronLine
{
    private const int Fields = 5;

    // The next few decades are searched.
    private static readonly DateTime SomeTime = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>What is wrong with it; null where nothing is.</summary>
    public static string? Wrong(string cron)
    {
        var fields = cron.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        if (fields != Fields)
        {
            return $"has {Counted.Of(fields, "field")}, and a cron line has five.";
        }

        try
        {
            return CronExpression.Parse(cron).GetNextOccurrence(SomeTime) is null ? "never comes: there is no such day." : null;
        }
        catch (CronFormatException wrong)
        {
            const string preface = "The given cron expression has an invalid format. ";
            return "is no cron expression: " + wrong.Message.Replace(preface, "", StringComparison.Ordinal);
        }
    }
}
