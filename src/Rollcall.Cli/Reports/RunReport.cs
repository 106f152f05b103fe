using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Spectre.Console;

namespace Rollcall.Cli.Reports;

/// <summary>The result of a run or a plan, as text.</summary>
/// <param name="console">The console to write to.</param>
/// <param name="jobFile">The job file as the user named it, for the commands to type next.</param>
internal sealed class RunReport(IAnsiConsole console, string jobFile)
{
    private const int RowsShown = 5;

    private static readonly string[] Lists =
        ["Left out, and why", "Sent, not finished yet", "Not removed, and why", "Values left out, and why", "Also not sent, and why"];

    /// <param name="result">The run.</param>
    public void WriteRun(RunResult result)
    {
        var took = result.Finished is { } finished ? $" in {Figures.Duration(finished - result.Started)}" : "";
        console.MarkupLine(
            $"{Headings.Mark(result.State)} [bold]{Markup.Escape(result.Job)}[/] {Headings.Word(result.State)}{took}  [dim]run "
                + $"{Markup.Escape(result.RunId)}[/]");
        if (result.State == RunState.Interrupted)
        {
            console.Indented(Markup.Escape($"Nothing is lost. What was sent is recorded; rollcall run {ShellText.Of(jobFile)} resumes."));
        }

        WriteAudiences(result, planned: false);
        WriteOutcomes(result);
        WriteLeftOut(result);
        WriteHeld(result, planned: false);
        WriteNotices(result);
    }

    /// <summary>Shows the result of a run, as text or as JSON.</summary>
    /// <param name="jobFile">The job file as the user named it.</param>
    /// <returns>The run's exit code.</returns>
    public static ExitCode Show(Invocation invocation, string jobFile, string tag, RunResult result)
    {
        if (invocation.Json)
        {
            invocation.WriteJson(result);
        }
        else if (result.RunId.Length == 0)
        {
            new RunReport(invocation.Out, jobFile).WriteNotBegun(result);
        }
        else
        {
            new RunReport(invocation.Out, jobFile).WriteRun(result);
        }

        return result.ExitCode;
    }

    /// <summary>Says why a run did not start.</summary>
    private void WriteNotBegun(RunResult result)
    {
        console.MarkupLine($"{Headings.Mark(result.State)} [bold]{Markup.Escape(result.Job)}[/] did not start: quiet hours");
        console.Indented($"[yellow]‖[/] [bold]{Markup.Escape(result.Guards[0].Guard)}[/]: {Markup.Escape(result.Guards[0].Limit)}");
        console.Indented($"[dim]Run it later, or run it anyway:[/] rollcall run {Markup.Escape(ShellText.Of(jobFile))} --now");
    }

    public void WritePlan(RunResult result)
    {
        console.MarkupLine($"[bold]{Markup.Escape(result.Job)}[/]  what a run would do now; nothing was sent");
        WriteAudiences(result, planned: true);
        WriteCost(result.Plan ?? new PlanCost(), result.Guards.Count > 0);
        WriteFirstRows(result);
        WriteLeftOut(result);
        WriteHeld(result, planned: true);
        WriteNotices(result);
    }

    private static string Book(RunResult result, long? id) =>
        id is null ? "" : result.Audiences.FirstOrDefault(one => one.AddressBookId == id)?.AddressBook is { } name ? $"{name} ({id})" : $"{id}";

    public void WriteAudiences(RunResult result, bool planned)
    {
        if (result.Audiences.Count == 0)
        {
            return;
        }

        console.WriteLine();
        var listing = new Listing(
            new("Audience", Style: "bold"),
            new("Address book"),
            new("Members", Number: true),
            new(planned ? "Enter" : "Entered", Number: true, Style: "green"),
            new(planned ? "Update" : "Updated", Number: true, Style: "blue"),
            new(planned ? "Exit" : "Exited", Number: true, Style: "red"),
            new("Unchanged", Number: true),
            new("Left out", Number: true, Style: "yellow"));
        foreach (var one in result.Audiences)
        {
            listing.Add(
                one.Name ?? one.Id,
                one.AddressBookId is null ? $"{one.AddressBook} (new)" : one.AddressBook,
                Figures.Count(one.Members),
                Figures.Cell(one.Entered),
                Figures.Cell(one.Updated),
                Figures.Cell(one.Exited),
                Figures.Cell(one.Unchanged),
                Figures.Cell(one.Suppressed + one.Invalid + one.Omitted + one.Held));
        }

        listing.Write(console);
    }

    public void WriteOutcomes(RunResult result)
    {
        var outcomes = result.Outcomes;
        var parts = new[]
        {
            (outcomes.Delivered, "delivered"), (outcomes.Pending, "pending"), (outcomes.Suppressed, "suppressed"),
            (outcomes.Invalid, "invalid"), (outcomes.Failed, "failed"), (outcomes.Omitted, "omitted"),
        };
        var said = parts.Where(part => part.Item1 > 0).Select(part => $"{Figures.Count(part.Item1)} {part.Item2}").ToList();
        if (result.Audiences.All(one => one.Entered + one.Updated + one.Exited + one.Held == 0))
        {
            said.Insert(0, "none to send");
        }

        console.WriteLine();
        console.MarkupLine($"[dim]Changes[/]  {string.Join(", ", said)}");
        var calls = string.Join(
            ", ", result.ApiCalls.ByOperation.OrderByDescending(one => one.Value).Take(3).Select(one => $"{Figures.Count(one.Value)} {one.Key}"));
        console.MarkupLine(
            Markup.Escape(
                $"Calls    {Figures.Count(result.ApiCalls.Total)} to Dotdigital{(calls.Length == 0 ? "" : $" ({calls})")}, "
                    + $"{Figures.Bytes(result.BytesSent)} sent").Replace("Calls ", "[dim]Calls[/] ", StringComparison.Ordinal));
        if (result.SettledEarlier is { } earlier)
        {
            console.MarkupLine(
                $"[dim]Earlier[/]  {Figures.Count(earlier.Delivered)} delivered by an earlier run that did not "
                    + $"finish{(earlier.Failed > 0 ? $", {Figures.Count(earlier.Failed)} failed" : "")}");
        }

        if (result.ValuesLeftOut > 0)
        {
            console.MarkupLine(
                $"[dim]Values[/]   {Counted.Of(result.ValuesLeftOut, "value")} did not fit the data field and "
                    + $"{(result.ValuesLeftOut == 1 ? "was" : "were")} left out; all other values were sent");
        }
    }

    public void WriteCost(PlanCost cost, bool held = false)
    {
        var parts = new List<string>();
        Add(cost.Imports, "import", $" of {Figures.Bytes(cost.ImportBytes)}");
        Add(cost.Moves, "moved address");
        Add(cost.Removals, "removal");
        Add(cost.DirectAdds, "single add");
        Add(cost.Unsubscribes, "unsubscribe");
        Add(cost.Resubscribes, "resubscribe");
        console.WriteLine();
        console.MarkupLine(
            "[dim]Sends[/]    "
                + $"{(parts.Count == 0 ? held ? "nothing: a guard holds it back" : "nothing: every book is up to date" : string.Join(", ", parts))}");
        var created = cost.Creates.Books.Select(book => $"the address book \"{book}\"")
            .Concat(cost.Creates.Fields.Select(field => $"the data field {field.Name} ({field.Type})")).ToList();
        if (created.Count > 0)
        {
            console.MarkupLine($"[dim]Creates[/]  {Markup.Escape(string.Join(", ", created))}");
        }

        console.MarkupLine($"[dim]Costs[/]    {Counted.Of(cost.ApiCalls, "call")} to Dotdigital, not counting polling");
        var mails = new List<string>();
        if (cost.Mails.Joins > 0)
        {
            mails.Add(Counted.Of(cost.Mails.Joins, "join action"));
        }

        if (cost.Mails.ConfirmationsAtMost > 0)
        {
            mails.Add($"at most {Counted.Of(cost.Mails.ConfirmationsAtMost, "confirmation")}");
        }

        if (cost.Mails.Challenges > 0)
        {
            mails.Add(Counted.Of(cost.Mails.Challenges, "challenge"));
        }

        console.MarkupLine($"[dim]Emails[/]   {(mails.Count == 0 ? "none" : string.Join(", ", mails))}");

        void Add(long count, string one, string more = "")
        {
            if (count > 0)
            {
                parts.Add(Counted.Of(count, one) + more);
            }
        }
    }

    private void WriteFirstRows(RunResult result)
    {
        foreach (var (kind, title, colour) in new[] { ("enter", "Would enter", "green"), ("update", "Would be updated", "blue"),
            ("exit", "Would exit", "red") })
        {
            var rows = result.Changes?.Where(change => change.Kind == kind).Take(RowsShown).ToList() ?? [];
            if (rows.Count == 0)
            {
                continue;
            }

            console.Heading($"{title}, the first rows");
            var listing = new Listing(new("Email", Style: colour), new("Audience"), new("Address book"));
            foreach (var row in rows)
            {
                listing.Add(row.Email, row.Audience, kind == "update" ? "" : BookOf(result, row));
            }

            listing.Write(console);
        }
    }

    private static string BookOf(RunResult result, PlannedChange change) =>
        change.AddressBookId is { } id
            ? Book(result, id)
            : result.Audiences.FirstOrDefault(one => one.Id == change.Audience && one.AddressBookId is null) is { } one ? $"{one.AddressBook} (new)" : "";

    /// <summary>Lists what was not done, and why. The first list adds up to the column <em>Left out</em>.</summary>
    public void WriteLeftOut(RunResult result)
    {
        foreach (var list in result.Reasons.GroupBy(ListOf).OrderBy(list => list.Key))
        {
            console.Heading(Lists[list.Key]);
            FailureReport.WriteReasons(console, list);
        }
    }

    private static int ListOf(FailureReason reason) => reason switch
    {
        { Operation: "exit" } => 2,
        { Operation: "field" } => 3,
        { Operation: not ("enter" or "update" or "move" or "read") } or { Code: "NoLongerMember" } => 4,
        { Outcome: "Pending", Code: not "UnderRemoval" } => 1,
        _ => 0,
    };

    private void WriteHeld(RunResult result, bool planned)
    {
        if (result.Guards.Count == 0)
        {
            return;
        }

        console.Heading(planned ? "A guard would hold back" : "Held back by a guard");
        foreach (var guard in result.Guards)
        {
            var place = string.Join(
                ", ", new[] { guard.Audience is null ? "" : $"audience {guard.Audience}",
                    guard.AddressBookId is null ? "" : $"book {Book(result, guard.AddressBookId)}" }.Where(part => part.Length > 0));
            console.Indented(
                $"[yellow]‖[/] [bold]{Markup.Escape(guard.Guard)}[/]{(place.Length == 0 ? "" : Markup.Escape($" in {place}"))}: "
                    + $"{Figures.Count(guard.Actual)}, the limit is {Markup.Escape(guard.Limit)}");
        }

        var whole = result.Guards.Any(guard => guard.Guard is "mails" or "moves");
        var effect = whole ? "Nothing is sent in this run." : "The book is not changed; the others proceed.";
        var allow = string.Join(' ', result.Guards.Select(guard => $"--allow {guard.Guard}").Distinct());
        console.Indented($"[dim]{effect} If this is intended, override the guard once:[/] rollcall run {Markup.Escape(ShellText.Of(jobFile))} {allow}");
    }

    private void WriteNotices(RunResult result)
    {
        if (result.Notices.Count == 0)
        {
            return;
        }

        console.Heading("Good to know");
        foreach (var notice in result.Notices)
        {
            console.Indented("• " + Markup.Escape(notice));
        }
    }
}
