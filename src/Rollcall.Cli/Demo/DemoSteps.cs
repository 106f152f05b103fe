using Rollcall.Cli.Reports;
using Rollcall.Model;
using Spectre.Console;

namespace Rollcall.Cli.Demo;

/// <summary>The steps that all demos share.</summary>
internal abstract class DemoSteps(IAnsiConsole console, string jobFile)
{
    protected IAnsiConsole Out => console;

    protected RunReport Runs { get; } = new(console, jobFile);

    public void Plan(string title, string text, RunResult plan)
    {
        Step(title, text);
        Runs.WriteAudiences(plan, planned: true);
        Runs.WriteCost(plan.Plan ?? new PlanCost());
    }

    public void Run(string title, string text, RunResult result)
    {
        Step(title, text);
        Runs.WriteAudiences(result, planned: false);
        Runs.WriteOutcomes(result);
    }

    /// <summary>What both runs cost.</summary>
    public void Summary(string title, RunResult first, RunResult second)
    {
        Step(title, "compared with a sender that makes one call per person, book and change");
        console.WriteLine();
        var listing = new Listing(
            new("", Style: "bold"), new("Calls, one by one", Number: true), new("Calls used", Number: true, Style: "green"), new("Bytes sent", Number: true),
            new("Time", Number: true));
        foreach (var (name, run) in new[] { ("First run", first), ("Second run", second) })
        {
            listing.Add(
                name,
                Figures.Count(DemoCalls.EachByItself(run)),
                Figures.Count(run.ApiCalls.Total),
                Figures.Bytes(run.BytesSent),
                run.Finished is { } finished ? Figures.Duration(finished - run.Started) : "");
        }

        listing.Write(console);
    }

    protected void Notices(RunResult result)
    {
        foreach (var notice in result.Notices)
        {
            console.Indented($"• {Markup.Escape(notice)}");
        }
    }

    /// <summary>Commands to type next.</summary>
    protected void LookAround(string folder, params IEnumerable<string> commands)
    {
        Step("To look around", "");
        console.WriteLine();
        foreach (var command in commands.Prepend($"cd {folder}"))
        {
            console.MarkupLineInterpolated($"  {command}");
        }

        console.WriteLine();
    }

    protected void Step(string title, string text)
    {
        console.WriteLine();
        console.MarkupLine($"[bold]{Markup.Escape(title)}[/]{(text.Length == 0 ? "" : $"  [dim]{Markup.Escape(text)}[/]")}");
    }
}
