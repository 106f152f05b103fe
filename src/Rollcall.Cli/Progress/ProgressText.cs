using Rollcall.Cli.Reports;
using Rollcall.Model;

namespace Rollcall.Cli.Progress;

/// <summary>A step's progress in words.</summary>
internal static class ProgressText
{
    /// <summary>120,000 of 1,000,000 rows, 24,000/s, about 36 s left.</summary>
    public static string Of(StepTime step)
    {
        var parts = new List<string>(3);
        if (step.Total is { } total && !step.Ended)
        {
            parts.Add($"{Figures.Count(step.Done)} of {Figures.Count(total)} {step.Unit}");
        }
        else if (step.Done > 0)
        {
            parts.Add(Counted.Of(step.Done, step.Unit.TrimEnd('s'), step.Unit));
        }

        if (step.ARate is { } rate && !step.Ended)
        {
            parts.Add(Figures.Rate(rate));
        }

        if (step.Left is { TotalSeconds: >= 1 } left)
        {
            parts.Add($"about {Figures.About(left)} left");
        }

        return string.Join(", ", parts);
    }
}
