using Cronos;

namespace Rollcall.Jobs;

/// <summary>A cron expression of five fields.</summary>
internal static class CronLine
{
    /// <summary>What is wrong with it; null where nothing is.</summary>
    public static string? Wrong(string cron)
    {
        try
        {
            CronExpression.Parse(cron);
            return null;
        }
        catch (CronFormatException wrong)
        {
            const string preface = "The given cron expression has an invalid format. ";
            return "is no cron expression: " + wrong.Message.Replace(preface, "", StringComparison.Ordinal);
        }
    }
}
