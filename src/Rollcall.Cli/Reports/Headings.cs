using Rollcall.Model;
using Spectre.Console;

namespace Rollcall.Cli.Reports;

/// <summary>The formatting that all reports share.</summary>
internal static class Headings
{
    /// <summary>A blank line and a title.</summary>
    public static void Heading(this IAnsiConsole console, string title)
    {
        console.WriteLine();
        console.MarkupLine($"[bold]{Markup.Escape(title)}[/]");
    }

    /// <summary>A paragraph indented by two columns and wrapped to the window.</summary>
    public static void Indented(this IAnsiConsole console, string markup) =>
        console.Write(new Padder(new Markup(markup), new Padding(2, 0, 0, 0)));

    /// <summary>A state's mark.</summary>
    public static string Mark(RunState? state) => state switch
    {
        RunState.Completed => "[green]✓[/]",
        RunState.Held => "[yellow]‖[/]",
        RunState.Running => "[blue]▸[/]",
        RunState.Interrupted => "[yellow]■[/]",
        null => "[dim]·[/]",
        _ => "[red]✗[/]",
    };

    /// <summary>A state's word.</summary>
    public static string Word(RunState? state) => state switch
    {
        RunState.Completed => "completed",
        RunState.Held => "held",
        RunState.Running => "running",
        RunState.Interrupted => "interrupted",
        null => "never ran",
        _ => "failed",
    };
}
