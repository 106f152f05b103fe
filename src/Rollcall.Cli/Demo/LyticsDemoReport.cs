using System.Text.Json;
using Rollcall.Cli.Reports;
using Rollcall.Model;
using Spectre.Console;

namespace Rollcall.Cli.Demo;

/// <summary>The Lytics demo as text for a terminal.</summary>
internal sealed class LyticsDemoReport(IAnsiConsole console, TimeProvider clock) : DemoSteps(console, LyticsDemoJob.File)
{
    /// <summary>Insight records shown of each collection.</summary>
    private const int RecordsShown = 3;

    /// <summary>Characters shown of an insight record.</summary>
    private const int RecordWidth = 160;

    private static readonly string[] _statusFields = ["dm_account_status", "dm_addressbook_status", "dm_addressbook_status_ts"];

    public void Begin(int people, string folder, Uri lytics, Uri dotdigital)
    {
        Out.MarkupLineInterpolated(
            $"[bold]Rollcall demo[/]  a job migrates from Lytics: {Figures.Count(people)} profiles, two overlapping audiences, two address books");
        Out.MarkupLineInterpolated(
            $"[dim]Files are in[/] {folder}[dim], the simulated Lytics is at[/] {Root(lytics)}[dim], the simulated Dotdigital at[/] {Root(dotdigital)}");
    }

    public void Import(IReadOnlyList<Problem> notes)
    {
        Step("1  The job migrates", $"rollcall import-lytics {LyticsDemoJob.LyticsFile} > {LyticsDemoJob.File}");
        Out.WriteLine();
        ErrorReport.Problems(Out, notes);
        Out.Indented("[dim]Added manually: URL and token of the simulated Lytics, insight_on_exit. Stored: the API user of the simulated Dotdigital.[/]");
    }

    public void Check(IReadOnlyList<Problem> problems)
    {
        Step("2  The check", $"rollcall check {LyticsDemoJob.File}: audiences, books, data fields, types");
        Out.WriteLine();
        ErrorReport.Problems(Out, problems);
        if (problems.All(problem => problem.Severity != Severity.Error))
        {
            Out.MarkupLineInterpolated($"[green]✓[/] [bold]{LyticsDemoJob.Tag}[/] is valid");
        }
    }

    public void Before(RunResult plan)
    {
        Plan("3  The plan", $"rollcall plan {LyticsDemoJob.File}: what a run would change; nothing is sent", plan);
        Notices(plan);
    }

    public void TakeOver(RunResult first)
    {
        Run("4  The first run", $"rollcall run {LyticsDemoJob.File} --adopt=own: people Lytics put into the books are adopted, everyone else enters", first);
        Notices(first);
    }

    public void AfterFirst(LyticsDemoAccountsAfter after)
    {
        Step("5  One of them at Dotdigital", after.Person.Email);
        Out.WriteLine();
        var listing = new Listing(new("Data field", Style: "bold"), new("Value"));
        foreach (var (field, value) in after.Person.DataFields)
        {
            listing.Add(field, value);
        }

        listing.Write(Out);
        Insight(after);
        Statuses("6  Statuses go back to Lytics", "events in the stream dotmailer_export_status, and their effect on the profile", after);
    }

    public void Between(LyticsDemoBetween between)
    {
        Step("7  A day passes", "in Lytics, and at Dotdigital");
        Out.Indented(
            $"• {Counted.Of(between.Came, "person", "people")} subscribed to the newsletter, {Figures.Count(between.Promoted)} became gold, "
                + $"{Figures.Count(between.Changed)} bought something, {Figures.Count(between.Left)} left");
        Out.Indented(
            $"• {Counted.Of(between.Unsubscribed, "person", "people")} unsubscribed at Dotdigital, {Figures.Count(between.Bounced)} bounced; "
                + $"{Markup.Escape(between.LeftBook)} left only the gold members' book");
    }

    public void AfterSecond(Explanation explained, LyticsDemoAccountsAfter before, LyticsDemoAccountsAfter after)
    {
        Step("10  In one book and not in the other", $"rollcall explain {LyticsDemoJob.Tag} {explained.Email}");
        Out.WriteLine();
        ExplanationReport.Write(Out, explained, clock);
        Insight(after);
        if (before.InsightOfLeavers > 0)
        {
            Out.WriteLine();
            var now = after.InsightOfLeavers == 0 ? "none" : Figures.Count(after.InsightOfLeavers);
            Out.MarkupLineInterpolated($"[dim]The people who left had {Counted.Of(before.InsightOfLeavers, "insight record")}, and now have[/] {now}");
        }

        Statuses("11  The result in Lytics", "events of the second run, and the profile", after);
    }

    public void End(string folder, Uri lytics, Uri dotdigital, bool open)
    {
        LookAround(folder, open
            ? [$"rollcall explain {LyticsDemoJob.Tag} EMAIL", $"rollcall plan {LyticsDemoJob.File}", $"rollcall run {LyticsDemoJob.File}",
                $"rollcall failures {LyticsDemoJob.Tag}"]
            : [$"rollcall status {LyticsDemoJob.Tag}", $"rollcall runs {LyticsDemoJob.Tag}", $"rollcall failures {LyticsDemoJob.Tag}"]);
        if (open)
        {
            Out.MarkupLine(
                $"The simulated Lytics keeps running at [bold]{Markup.Escape(Root(lytics))}[/] (token {LyticsDemoJob.Token}), the simulated Dotdigital at "
                    + $"[bold]{Markup.Escape(Root(dotdigital))}[/] (API user demo, password demo): open them in a browser. Ctrl-C stops both.");
        }
        else
        {
            Out.MarkupLine("[dim]The simulated accounts have stopped; rollcall demo --lytics --keep-open keeps them running. The folder can be deleted.[/]");
        }
    }

    /// <summary>The person's insight records, and the total number; nothing when there are none.</summary>
    private void Insight(LyticsDemoAccountsAfter after)
    {
        foreach (var collection in after.Person.Insight.GroupBy(record => record.Collection))
        {
            Out.Heading(
                $"Insight data in {collection.Key}: {Counted.Of(collection.Count(), "record")} of {Figures.Count(after.InsightRecords[collection.Key])} in "
                    + "total");
            foreach (var record in collection.Take(RecordsShown))
            {
                var json = record.Json.GetRawText();
                Out.Indented($"[bold]{Markup.Escape(record.Key)}[/]  {Markup.Escape(json.Length > RecordWidth ? json[..RecordWidth] + "…" : json)}");
            }
        }
    }

    private void Statuses(string title, string text, LyticsDemoAccountsAfter after)
    {
        Step(title, text);
        Out.WriteLine();
        var events = after.StatusEvents.Select(status => $"{Figures.Count(status.Value)} {status.Key}").DefaultIfEmpty("none");
        Out.MarkupLineInterpolated($"[dim]Events[/]   {string.Join(", ", events)}");
        Out.WriteLine();
        var listing = new Listing(new("Field in Lytics", Style: "bold"), new(after.Person.Email));
        foreach (var field in _statusFields)
        {
            if (after.Person.Profile.TryGetProperty(field, out var value))
            {
                listing.Add(field, value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());
            }
        }

        listing.Write(Out);
    }

    private static string Root(Uri url) => url.GetLeftPart(UriPartial.Authority);
}
