using System.CommandLine;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Rollcall.Operations;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall restore</c>: a backup into an empty data folder.</summary>
internal static class RestoreCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var file = new Argument<string>("FILE") { Description = "A file that rollcall backup wrote" };
        var command = new Command("restore", "Restore a backup into an empty or new data folder") { file };
        Invocation.Bind(command, terminal, options,
        async (invocation, cancellation) => {
            var path = invocation.FullPath(invocation.Arguments.GetRequiredValue(file));
            var result = await Restore.RunAsync(path, invocation.DataFolder, cancellation);
            if (invocation.Json)
            {
                invocation.WriteJson(result);
            }
            else
            {
                invocation.Out.MarkupLineInterpolated(
                    $"[green]✓[/] Restored {Counted.Of(result.Files, "file")}, {Figures.Bytes(result.Bytes)}, to [bold]{result.Folder}[/].");
                invocation.Out.Indented(
                    "What Dotdigital took after the backup may be sent again. Use either this folder or the one it was copied from, never both.");
            }

            return ExitCode.Done;
        });
        return command;
    }
}
