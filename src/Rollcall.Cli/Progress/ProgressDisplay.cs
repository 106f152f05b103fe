using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Spectre.Console;

namespace Rollcall.Cli.Progress;

/// <summary>Shows how far a run is, on standard error: redrawn on a terminal, a line every few seconds elsewhere.</summary>
internal static class ProgressDisplay
{
    private const int StepsShown = 12;
    private const string Spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

    private static readonly TimeSpan _redraw = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _line = TimeSpan.FromSeconds(3);

    public static async Task<T> ShowAsync<T>(Terminal terminal, Func<IProgress<RunProgress>, Task<T>> work)
    {
        var steps = new StepTimes(terminal.Clock);
        return terminal.CanRedraw ? await RedrawAsync(terminal, steps, work) : await LinesAsync(terminal, steps, work);
    }

    private static async Task<T> LinesAsync<T>(Terminal terminal, StepTimes steps, Func<IProgress<RunProgress>, Task<T>> work)
    {
        string? said = null;
        var saying = new Lock();
        await using var timer = terminal.Clock.CreateTimer(
            _ =>
            {
                lock (saying)
                {
                    if (steps.Steps() is [.., var last] && Line(last) is var line && line != said)
                    {
                        terminal.Err.WriteLine(said = line);
                    }
                }
            },
            null,
            _line,
            _line);
        return await work(steps);
    }

    private static string Line(StepTime step) => ProgressText.Of(step) is { Length: > 0 } text ? $"{step.Name}: {text}" : step.Name;

    private static async Task<T> RedrawAsync<T>(Terminal terminal, StepTimes steps, Func<IProgress<RunProgress>, Task<T>> work)
    {
        T result = default!;
        await terminal.Err.Live(new Text("")).AutoClear(true).Overflow(VerticalOverflow.Ellipsis).StartAsync(async live =>
        {
            var working = Task.Run(() => work(steps));
            for (var frame = 0; !working.IsCompleted; frame++)
            {
                live.UpdateTarget(Draw(steps.Steps(), Spinner[frame % Spinner.Length], terminal.Err.Profile.Width));
                await Task.WhenAny(working, Task.Delay(_redraw, terminal.Clock));
            }

            result = await working;
        });
        return result;
    }

    /// <summary>One text of several lines: what is redrawn must not end with a line break.</summary>
    private static Markup Draw(IReadOnlyList<StepTime> steps, char mark, int width)
    {
        var names = Math.Clamp(steps.Select(step => step.Name.Length).DefaultIfEmpty(0).Max(), 0, width / 2);
        return new Markup(string.Join('\n', steps.TakeLast(StepsShown).Select(step => Row(step, step.Ended ? '✓' : mark, names))))
        {
            Overflow = Overflow.Ellipsis,
        };
    }

    private static string Row(StepTime step, char mark, int names)
    {
        var colour = step.Ended ? "green" : "blue";
        var name = Markup.Escape((step.Name.Length > names ? step.Name[..Math.Max(0, names - 1)] + "…" : step.Name).PadRight(names));
        var bar = !step.Ended && step.Total is > 0 and var total ? Bar(step.Done, total) + " " : "";
        var time = step.Ended && step.Elapsed.TotalSeconds >= 0.1 ? $"  [dim]{Figures.Duration(step.Elapsed)}[/]" : "";
        return $"[{colour}]{mark}[/] {name}  {bar}{Markup.Escape(ProgressText.Of(step))}{time}";
    }

    private static string Bar(long done, long total)
    {
        const int Length = 16;
        var filled = (int)Math.Clamp(Length * done / total, 0, Length);
        return $"[blue]{new string('━', filled)}[/][dim]{new string('━', Length - filled)}[/]";
    }
}
