using Rollcall.Work;
using System.CommandLine;
using System.Text;
using Rollcall.Cli.Json;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Rollcall.Operations;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall failures</c>: every change of a job that was not delivered, with the reason.</summary>
internal static class FailuresCommand
{
    private const int RowsShown = 20;

    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var named = JobArguments.FileOrTag();
        var csv = new Option<string?>("--csv") { Description = "Write all of them to a CSV file; - for standard output", HelpName = "FILE" };
        var raw = new Option<bool>("--raw") { Description = "Write CSV values unchanged, including those that a spreadsheet would treat as formulas" };
        var command = new Command("failures", "List every change that was not delivered, and why") { named, csv, raw };
        Invocation.Bind(command, terminal, options,
        (invocation, cancellation) => {
            var asked = invocation.Arguments.GetRequiredValue(named);
            using var history = JobLookup.Open(invocation, asked);
            var tag = JobLookup.Tag(invocation, history, asked);
            if (invocation.Arguments.GetValue(csv) is { } file)
            {
                WriteCsv(invocation, history.Failures(tag, cancellation), file, invocation.Arguments.GetValue(raw));
            }
            else if (invocation.Json)
            {
                invocation.WriteJson(new FailureList(tag, [.. history.Failures(tag, cancellation)]));
            }
            else
            {
                WriteRows(invocation, history.Job(tag)!, [.. history.Failures(tag, cancellation)], history.Reasons(tag, cancellation));
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static void WriteRows(Invocation invocation, JobStatus job, List<Failure> failures, IReadOnlyList<FailureReason> reasons)
    {
        var tag = job.Tag;
        if (job.State != RunState.Completed)
        {
            invocation.Out.MarkupLine($"{Headings.Mark(job.State)} {Markup.Escape(Incomplete(job, failures.Count > 0))}");
        }
        else if (failures.Count == 0)
        {
            invocation.Out.MarkupLineInterpolated($"[green]✓[/] All changes of [bold]{tag}[/] were delivered.");
        }

        if (failures.Count == 0)
        {
            return;
        }

        FailureReport.WriteReasons(invocation.Out, reasons);
        invocation.Out.WriteLine();
        FailureReport.WriteRows(invocation.Out, failures.Take(RowsShown));
        if (failures.Count > RowsShown)
        {
            invocation.Out.WriteLine();
            invocation.Out.MarkupLineInterpolated(
                $"[dim]The first {RowsShown} of {Figures.Count(failures.Count)}. All of them: rollcall failures {tag} --csv FILE[/]");
        }
    }

    /// <summary>Says what a list of failures does not show: what happened to the rest.</summary>
    private static string Incomplete(JobStatus job, bool any)
    {
        var earlier = any ? " The list is from an earlier run." : " Failures are known once a run has finished.";
        return job.State switch
        {
            RunState.Running => $"A run of {job.Tag} is under way.{earlier}",
            RunState.Held => $"A guard held back part of the last run of {job.Tag}: see rollcall runs {job.Tag}.",
            _ => $"The last run of {job.Tag} {(job.State == RunState.Failed ? "stopped with an error" : "was interrupted")}: not everything was sent. The "
                + $"next run continues where it stopped.{earlier}",
        };
    }

    private static void WriteCsv(Invocation invocation, IEnumerable<Failure> failures, string file, bool raw)
    {
        if (file == "-")
        {
            FailureReport.WriteCsv(invocation.Terminal.RawOut, failures, raw);
            return;
        }

        long written;
        var path = invocation.FullPath(file);
        try
        {
            // The file contains email addresses, so only its owner can read it.
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write }.ForOwner();
            using var writer = new OutgoingText(new StreamWriter(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), options));
            written = FailureReport.WriteCsv(writer, failures, raw);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new RollcallException(ExitCode.BadJob, $"Cannot write the file: {refused.Message}", file, inner: refused);
        }

        if (invocation.Json)
        {
            invocation.WriteJson(new WrittenRows(path, written));
        }
        else
        {
            invocation.Out.MarkupLineInterpolated($"[green]✓[/] Wrote {Counted.Of(written, "row")} to [bold]{file}[/].");
        }
    }
}
