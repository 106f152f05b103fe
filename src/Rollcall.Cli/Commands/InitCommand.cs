using System.CommandLine;
using Rollcall.Cli.Json;
using Rollcall.Cli.Terminals;
using Rollcall.Jobs;
using Rollcall.Model;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall init</c>: a commented job file to start from.</summary>
internal static class InitCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var file = new Argument<string>("FILE") { Description = "Where to write it", DefaultValueFactory = _ => "job.yaml" };
        var command = new Command("init", "Write a commented job file to start from") { file };
        Invocation.Bind(command, terminal, options,
        (invocation, _) => {
            var name = invocation.Arguments.GetRequiredValue(file);
            var path = invocation.FullPath(name);
            try
            {
                using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
                using var writer = new StreamWriter(stream);
                writer.Write(JobFileTemplate.Text);
            }
            catch (IOException) when (File.Exists(path))
            {
                throw new RollcallException(ExitCode.BadJob, "The file already exists and was not changed.", name, "Choose another name: rollcall init FILE");
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                throw new RollcallException(ExitCode.BadJob, $"Cannot write the file: {refused.Message}", name, inner: refused);
            }

            if (invocation.Json)
            {
                invocation.WriteJson(new WrittenFile(path));
            }
            else
            {
                invocation.Out.MarkupLineInterpolated($"[green]✓[/] Wrote [bold]{name}[/]. Edit it, then: rollcall check {name}");
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
