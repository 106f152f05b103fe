using Rollcall.Model;
using Rollcall.Operations;
using Spectre.Console;

namespace Rollcall.Cli.Reports;

/// <summary>The status of jobs and their runs, as text.</summary>
internal static class StatusReport
{
    /// <summary>One line per job.</summary>
    public static void WriteJobs(IAnsiConsole console, IReadOnlyList<JobStatus> jobs, TimeProvider clock)
    {
        var listing = new Listing(
            new("Job", Style: "bold"), new("State"), new("Last run", LeftOut: 4), new("Books", Number: true, LeftOut: 2),
            new("In books", Number: true, Style: "green"), new("Pending", Number: true, LeftOut: 3), new("Suppressed", Number: true, Style: "yellow"),
            new("Job file", Style: "dim", LeftOut: 1));
        foreach (var job in jobs)
        {
            listing.Add(
                job.Tag,
                State(job),
                job.LastRun is { } last ? Figures.Time(last.Started, clock) : "",
                Figures.Count(job.Books.Count),
                Figures.Count(job.Books.Sum(book => book.Delivered)),
                Figures.Cell(job.Books.Sum(book => book.Pending)),
                Figures.Cell(job.Books.Sum(book => book.Suppressed)),
                job.JobFile);
        }

        listing.Write(console);
    }

    /// <summary>One job with its books.</summary>
    public static void WriteJob(IAnsiConsole console, JobStatus job, TimeProvider clock)
    {
        console.MarkupLine($"{Headings.Mark(job.State)} [bold]{Markup.Escape(job.Tag)}[/]  {Markup.Escape(State(job))}");
        console.Indented($"[dim]Dotdigital account[/] {job.AccountId}  [dim]job file[/] {Markup.Escape(job.JobFile)}");
        if (job.LastRun is { } last)
        {
            console.Indented(
                $"[dim]last run[/] {Figures.Time(last.Started, clock)}, "
                    + $"{Headings.Word(last.State)}{(last.Finished is { } end ? $" in {Figures.Duration(end - last.Started)}" : "")}, "
                        + $"{Counted.Of(last.ApiCalls.Total, "call")}");
        }

        if (job.Watched > 0)
        {
            console.Indented(
                $"[dim]on the watch[/] {Counted.Of(job.Watched, "person", "people")}, checked in each run: a write about them may be applied late");
        }

        if (job.Books.Count == 0)
        {
            return;
        }

        console.WriteLine();
        var listing = new Listing(
            new("Address book", Style: "bold"), new("Id", Number: true), new("In it", Number: true, Style: "green"), new("Pending", Number: true),
            new("Suppressed", Number: true, Style: "yellow"));
        foreach (var book in job.Books)
        {
            listing.Add(
                book.Name, book.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), Figures.Count(book.Delivered), Figures.Cell(book.Pending),
                Figures.Cell(book.Suppressed));
        }

        listing.Write(console);
    }

    /// <summary>One line per run.</summary>
    public static void WriteRuns(IAnsiConsole console, IReadOnlyList<RunResult> runs, TimeProvider clock)
    {
        var listing = new Listing(
            new("Run", Style: "dim"), new("Started", LeftOut: 1), new("Took", Number: true, LeftOut: 3), new("State"),
            new("Entered", Number: true, Style: "green"), new("Updated", Number: true, Style: "blue"), new("Exited", Number: true, Style: "red"),
            new("Left out", Number: true, Style: "yellow"), new("Calls", Number: true, LeftOut: 2));
        foreach (var run in runs)
        {
            listing.Add(
                run.RunId,
                Figures.Time(run.Started, clock),
                run.Finished is { } finished ? Figures.Duration(finished - run.Started) : "",
                Headings.Word(run.State),
                Figures.Cell(run.Audiences.Sum(one => one.Entered)),
                Figures.Cell(run.Audiences.Sum(one => one.Updated)),
                Figures.Cell(run.Audiences.Sum(one => one.Exited)),
                Figures.Cell(run.Audiences.Sum(one => one.Suppressed + one.Invalid + one.Omitted + one.Held)),
                Figures.Count(run.ApiCalls.Total));
        }

        listing.Write(console);
    }

    private static string State(JobStatus job) =>
        job.State == RunState.Running && job.Progress is { } progress
            ? $"running: {progress.Step}{(progress.Total is { } total ? $", {Figures.Percent(progress.Done, total)}" : "")}"
            : Headings.Word(job.State);
}
