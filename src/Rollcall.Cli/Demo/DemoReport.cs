using Rollcall.Cli.Reports;
using Spectre.Console;

namespace Rollcall.Cli.Demo;

/// <summary>The demo as a person follows it.</summary>
internal sealed class DemoReport(IAnsiConsole console, TimeProvider clock)
{
    private readonly RunReport _run = new(console, "job.yaml");

    public void Begin(int people, string folder, Uri simulator)
    {
        console.MarkupLineInterpolated($"[bold]Rollcall demo[/]  {Figures.Count(people)} customers of a record shop, three overlapping audiences, three address books");
        console.MarkupLineInterpolated($"[dim]Files are in[/] {folder}[dim], the simulated Dotdigital is at[/] {simulator.GetLeftPart(UriPartial.Authority)}");
    }

    public void Plan(RunResult plan)
    {
        Step("1  The plan", "what a run would change; nothing is sent");
        _run.WriteAudiences(plan, planned: true);
        _run.WriteCost(plan.Plan ?? new PlanCost());
    }

    public void Run(string title, string text, RunResult result)
    {
        Step(title, text);
        _run.WriteAudiences(result, planned: false);
        _run.WriteOutcomes(result);
    }

    public void Between(DemoBetween between)
    {
        Step("3  A day passes", "in the shop, and at Dotdigital");
        console.Indented($"• {Figures.Of(between.Came, "customer")} came, {Figures.Count(between.CollectedPoints)} collected points, {Figures.Count(between.Moved)} moved from Brazil, {Figures.Count(between.Left)} left");
        console.Indented($"• {Figures.Of(between.Unsubscribed, "person", "people")} unsubscribed at Dotdigital, {Figures.Count(between.LeftBook)} left the VIP book alone, {Figures.Count(between.Bounced)} bounced: none of them may be put back");
        if (between.SaidYes + between.Silent > 0)
        {
            console.Indented($"• of {Figures.Of(between.SaidYes + between.Silent, "person", "people")} asked by email whether to come back, {Figures.Count(between.SaidYes)} said yes; the others stay out, and are not asked again");
        }
    }

    public void Summary(RunResult first, RunResult second)
    {
        Step("5  What it took", "against a sender that makes one call a person, book and change");
        console.WriteLine();
        var listing = new Listing(new("", Style: "bold"), new("Calls, one by one", Number: true), new("Calls used", Number: true, Style: "green"), new("Bytes sent", Number: true), new("Time", Number: true));
        foreach (var (name, run) in new[] { ("First run", first), ("Second run", second) })
        {
            listing.Add(
                name,
                Figures.Count(OneByOne(run)),
                Figures.Count(run.ApiCalls.Total),
                Figures.Bytes(run.BytesSent),
                run.Finished is { } finished ? Figures.Duration(finished - run.Started) : "");
        }

        listing.Write(console);
    }

    public void LeftOut(IEnumerable<Failure> failures, Explanation? explained)
    {
        Step("6  Who was left out, and why", "in the second run");
        console.WriteLine();
        FailureReport.WriteReasons(console, failures);
        if (explained is null)
        {
            return;
        }

        Step("7  One of them", $"rollcall explain demo {explained.Email}");
        console.WriteLine();
        ExplanationReport.Write(console, explained, clock);
    }

    public void Consent(RunResult comeback, IReadOnlyList<Explanation> explained)
    {
        Step("8  Whose decision it is", "a second job brings three people back without asking: one may be, one bounced, one leaves while the import is under way");
        _run.WriteAudiences(comeback, planned: false);
        foreach (var notice in comeback.Notices)
        {
            console.Indented($"• {notice}");
        }

        foreach (var one in explained)
        {
            console.WriteLine();
            ExplanationReport.Write(console, one, clock);
        }
    }

    public void End(string folder, Uri simulator, bool open)
    {
        Step("To look around", "");
        console.WriteLine();
        console.MarkupLineInterpolated($"  cd {folder}");
        string[] commands = open
            ? ["rollcall explain demo EMAIL", "rollcall plan job.yaml", "rollcall run job.yaml", "rollcall status demo", "rollcall failures demo"]
            : ["rollcall status demo", "rollcall runs demo", "rollcall failures demo"];
        foreach (var command in commands)
        {
            console.MarkupLineInterpolated($"  {command}");
        }

        console.WriteLine();
        if (open)
        {
            console.MarkupLineInterpolated($"The simulated Dotdigital stays at [bold]{simulator.GetLeftPart(UriPartial.Authority)}[/] (API user demo, password demo): open it in a browser. Edit customers.csv and run again. Ctrl-C ends it.");
        }
        else
        {
            console.MarkupLine("[dim]The simulated Dotdigital is gone; rollcall demo --keep-open keeps it up. The folder may be deleted.[/]");
        }
    }

    /// <summary>Changes of a run, a person and book each: the calls of a sender that makes one for each.</summary>
    public static long OneByOne(RunResult run) => run.Audiences.Sum(one => one.Entered + one.Updated + one.Exited);

    private void Step(string title, string text)
    {
        console.WriteLine();
console.MarkupLine($"[bold]{Markup.Escape(title)}[/]{(text.Length == 0 ? "" : $"  [dim]{Markup.Escape(text)}[/]")}");
    }
}
