using Rollcall.Cli.Reports;
using Rollcall.Model;
using Spectre.Console;

namespace Rollcall.Cli.Demo;

/// <summary>The demo as text for a terminal.</summary>
internal sealed class DemoReport(IAnsiConsole console, TimeProvider clock) : DemoSteps(console, "job.yaml")
{
    public void Begin(int people, string folder, Uri simulator)
    {
        Out.MarkupLineInterpolated(
            $"[bold]Rollcall demo[/]  {Figures.Count(people)} customers of a record shop, three overlapping audiences, three address books");
        Out.MarkupLineInterpolated($"[dim]Files are in[/] {folder}[dim], the simulated Dotdigital is at[/] {simulator.GetLeftPart(UriPartial.Authority)}");
    }

    public void Between(DemoBetween between)
    {
        Step("3  A day passes", "in the shop, and at Dotdigital");
        Out.Indented(
            $"• {Counted.Of(between.Came, "customer")} joined, {Figures.Count(between.CollectedPoints)} collected points, {Figures.Count(between.Moved)} "
                + $"moved from Brazil, {Figures.Count(between.Left)} left");
        Out.Indented(
            $"• {Counted.Of(between.Unsubscribed, "person", "people")} unsubscribed at Dotdigital, {Figures.Count(between.LeftBook)} left only the VIP "
                + $"book, {Figures.Count(between.Bounced)} bounced: they must not be added again");
        if (between.SaidYes + between.Silent > 0)
        {
            Out.Indented(
                $"• of {Counted.Of(between.SaidYes + between.Silent, "person", "people")} asked by email to come back, {Figures.Count(between.SaidYes)} "
                    + "agreed; the others stay out and are not asked again");
        }
    }

    public void LeftOut(RunResult second, Explanation? explained)
    {
        Step("6  Who was left out, and why", "in the second run");
        Runs.WriteLeftOut(second);
        if (explained is null)
        {
            return;
        }

        Step("7  One of them", $"rollcall explain demo {explained.Email}");
        Out.WriteLine();
        ExplanationReport.Write(Out, explained, clock);
    }

    public void Consent(RunResult comeback, IReadOnlyList<Explanation> explained)
    {
        Step("8  Consent", "a second job resubscribes three people without asking: one is allowed, one bounced, one leaves during the import");
        Runs.WriteAudiences(comeback, planned: false);
        Notices(comeback);
        foreach (var one in explained)
        {
            Out.WriteLine();
            ExplanationReport.Write(Out, one, clock);
        }
    }

    public void End(string folder, Uri simulator, bool open)
    {
        LookAround(folder, open
            ? ["rollcall explain demo EMAIL", "rollcall plan job.yaml", "rollcall run job.yaml", "rollcall status demo", "rollcall failures demo"]
            : ["rollcall status demo", "rollcall runs demo", "rollcall failures demo"]);
        if (open)
        {
            Out.MarkupLine(
                $"The simulated Dotdigital keeps running at [bold]{Markup.Escape(simulator.GetLeftPart(UriPartial.Authority))}[/] (API user demo, "
                    + "password demo): open it in a browser. Edit customers.csv and run again. Ctrl-C stops it.");
        }
        else
        {
            Out.MarkupLine("[dim]The simulated Dotdigital has stopped; rollcall demo --keep-open keeps it running. The folder can be deleted.[/]");
        }
    }
}
