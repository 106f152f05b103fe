using System.CommandLine;
using Rollcall.Cli.Terminals;
using Rollcall.Jobs;
using Rollcall.Model;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall schema</c>: the JSON Schema of job files, for editors.</summary>
internal static class SchemaCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var command = new Command("schema", "Print the JSON Schema of job files, for completion and validation in editors");
        Invocation.Bind(command, terminal, options,
        (_, _) => {
            terminal.RawOut.WriteLine(JobFileSchema.Json);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
