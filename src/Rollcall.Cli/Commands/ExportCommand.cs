using System.CommandLine;
using Rollcall.Cli.Json;
using Rollcall.Cli.Terminals;
using Rollcall.Model;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall export</c>: gives a stored job's file back.</summary>
internal static class ExportCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var named = new Argument<string>("TAG") { Description = "The stored job" };
        var number = new Option<long?>("--of-version") { Description = "An earlier version, instead of the current one", HelpName = "N" };
        var command = new Command("export", "Print the file of a stored job") { named, number };
        Invocation.Bind(command, terminal, options,
        (invocation, _) => {
            var tag = invocation.Arguments.GetRequiredValue(named);
            using var jobs = JobLookup.Stored(invocation, tag);
            var stored = jobs.Find(JobLookup.StoredTag(invocation, jobs, tag))!;
            var wanted = invocation.Arguments.GetValue(number) ?? stored.Version;
            var version = jobs.Version(stored.Tag, wanted) ?? throw new RollcallException(
                ExitCode.BadJob, $"The job {tag} has no version {wanted}.", todo: $"Its current version is {stored.Version}.");
            if (invocation.Json)
            {
                invocation.WriteJson(new ExportedJob(version.Tag, version.Number, version.Author, version.At, version.Text));
            }
            else
            {
                terminal.RawOut.Write(version.Text);
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
