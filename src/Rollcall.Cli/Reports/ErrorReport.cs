using Rollcall.Cli.Json;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Spectre.Console;

namespace Rollcall.Cli.Reports;

/// <summary>Reports errors: as JSON on standard output, or as text on standard error.</summary>
internal static class ErrorReport
{
    public static void Write(Terminal terminal, bool json, ExitCode exitCode, IReadOnlyList<Problem> problems)
    {
        if (json)
        {
            WriteJson(terminal, [.. problems.Select(problem => new ErrorBody(Code(exitCode), problem.Message, problem.Where, problem.Todo))]);
            return;
        }

        Problems(terminal.Err, problems);
    }

    public static void WriteUnexpected(Terminal terminal, bool json, Exception exception, string todo)
    {
        var message = $"Unexpected error: {MaskedText.Of(exception.Message)}";
        if (json)
        {
            WriteJson(terminal, [new ErrorBody("internal", message, null, todo)]);
            return;
        }

        Problems(terminal.Err, [new Problem(message, Todo: todo)]);
    }

    /// <summary>One paragraph per problem: where it is, what is wrong, what to do.</summary>
    public static void Problems(IAnsiConsole console, IEnumerable<Problem> problems)
    {
        foreach (var problem in problems)
        {
            var mark = problem.Severity switch
            {
                Severity.Error => "[red]✗[/]",
                Severity.Warning => "[yellow]![/]",
                _ => "[dim]·[/]",
            };
            var where = problem.Where is null ? "" : $"[bold]{Markup.Escape(problem.Where)}:[/] ";
            console.Write(new Padder(new Markup($"{mark} {where}{Markup.Escape(problem.Message)}"), new Padding(0)));
            if (problem.Todo is not null)
            {
                console.Write(new Padder(new Markup($"[dim]{Markup.Escape(problem.Todo)}[/]"), new Padding(2, 0, 0, 0)));
            }
        }
    }

    /// <summary>The exit code's word in JSON.</summary>
    public static string Code(ExitCode exitCode) => exitCode switch
    {
        ExitCode.Done => "done",
        ExitCode.SomeNotDelivered => "not_delivered",
        ExitCode.BadJob => "bad_job",
        ExitCode.Source => "source",
        ExitCode.Dotdigital => "dotdigital",
        ExitCode.Guard => "guard",
        ExitCode.Busy => "busy",
        ExitCode.Interrupted => "interrupted",
        _ => "internal",
    };

    private static void WriteJson(Terminal terminal, IReadOnlyList<ErrorBody> problems) =>
        JsonDocuments.Write(terminal.RawOut, new ErrorDocument(problems[0], problems));
}
