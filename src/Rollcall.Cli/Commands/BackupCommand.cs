using System.CommandLine;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Rollcall.Operations;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall backup</c>: a consistent copy of the data folder.</summary>
internal static class BackupCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var file = new Argument<string>("FILE") { Description = "The archive to write, such as rollcall.tar.gz" };
        var replace = new Option<bool>("--replace") { Description = "Replace the file if it exists" };
        var command = new Command("backup", "Write a consistent copy of the data folder to a file, also during runs") { file, replace };
        Invocation.Bind(command, terminal, options,
        async (invocation, cancellation) => {
            if (!Directory.Exists(invocation.DataFolder))
            {
                throw new RollcallException(
                    ExitCode.BadJob, $"There is no data folder {invocation.DataFolder}.", todo: "Choose one with --data or ROLLCALL_DATA.");
            }

            var path = invocation.FullPath(invocation.Arguments.GetRequiredValue(file));
            var result = await Backup.RunAsync(invocation.DataFolder, path, invocation.Arguments.GetValue(replace), cancellation);
            if (invocation.Json)
            {
                invocation.WriteJson(result);
            }
            else
            {
                Write(invocation.Out, result);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, BackupResult result)
    {
        console.MarkupLineInterpolated($"[green]✓[/] Wrote {Counted.Of(result.Files, "file")}, {Figures.Bytes(result.Bytes)}, to [bold]{result.File}[/].");
        console.Indented("It contains personal data and stored passwords: keep it as safe as the data folder.");
        if (result.Missing.Count > 0)
        {
            console.Indented($"{Counted.Of(result.Missing.Count, "file")} of the data folder were missing, such as {Markup.Escape(result.Missing[0])}.");
        }
    }
}
