using System.CommandLine;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Rollcall.Operations;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall forget</c>: erases a person from all local data.</summary>
internal static class ForgetCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var email = new Argument<string>("EMAIL") { Description = "The person's address" };
        var command = new Command("forget", "Erase a person from all local data; keeps a keyed hash of each opt-out, so that it is still honoured") { email };
        Invocation.Bind(command, terminal, options,
        (invocation, cancellation) => {
            if (!Directory.Exists(invocation.DataFolder))
            {
                throw new RollcallException(
                    ExitCode.BadJob, $"There is no data folder {invocation.DataFolder}.", todo: "Choose one with --data or ROLLCALL_DATA.");
            }

            var place = invocation.Workplace();
            var result = Forget.Run(
                invocation.Arguments.GetRequiredValue(email), place.DataFolder,
                name => terminal.Environment.GetValueOrDefault(name), place.Checkpoint, cancellation);
            if (invocation.Json)
            {
                invocation.WriteJson(result);
            }
            else
            {
                Write(invocation.Out, result);
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static void Write(IAnsiConsole console, ForgetResult result)
    {
        var rows = string.Join(", ", result.Erased.Select(one => $"{Figures.Count(one.Value)} in {one.Key}"));
        console.MarkupLineInterpolated(
            $"[green]✓[/] [bold]{result.Email}[/] was erased here{(rows.Length == 0 ? ": nothing was stored" : $". Rows erased: {rows}")}.");
        if (result.OptOutsKept > 0)
        {
            console.Indented(
                $"{Counted.Of(result.OptOutsKept, "opt-out")} {(result.OptOutsKept == 1 ? "is" : "are")} kept as a keyed hash, and "
                    + $"{(result.OptOutsKept == 1 ? "is" : "are")} still honoured.");
        }

        console.Heading("What remains");
        foreach (var sentence in result.Remains)
        {
            console.Indented("• " + Markup.Escape(sentence));
        }
    }
}
