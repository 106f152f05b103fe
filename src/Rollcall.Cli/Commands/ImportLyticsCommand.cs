using System.CommandLine;
using Rollcall.Lytics.Importing;
using Rollcall.Cli.Json;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Jobs;
using Rollcall.Model;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall import-lytics</c>: converts a Lytics job to a job file.</summary>
internal static class ImportLyticsCommand
{
    private const long MaxBytes = 16 * 1024 * 1024;

    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var file = new Argument<string>("FILE") { Description = "The job's JSON, as the Lytics job API returns it; - reads standard input" };
        var command = new Command("import-lytics", "Convert a Lytics job to a job file and report the differences") { file };
        Invocation.Bind(command, terminal, options,
        async (invocation, cancellation) => {
            var name = invocation.Arguments.GetRequiredValue(file);
            var text = name == "-" ? await terminal.In.ReadToEndAsync(cancellation) : await ReadAsync(invocation.FullPath(name), name, cancellation);
            var (jobFile, notes) = LyticsJobImport.Convert(text, name == "-" ? "standard input" : name);
            if (invocation.Json)
            {
                invocation.WriteJson(new ImportedJob(jobFile, [.. notes.Select(note => new ImportedNote(note.Message, note.Where, note.Todo))]));
                return ExitCode.Done;
            }

            terminal.RawOut.Write(jobFile);
            ErrorReport.Problems(terminal.Err, notes);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<string> ReadAsync(string path, string name, CancellationToken cancellation)
    {
        if (RegularFile.OtherKind(path) is { } other)
        {
            throw new RollcallException(ExitCode.BadJob, $"is {other}, not a JSON file.", name);
        }

        try
        {
            return new FileInfo(path).Length <= MaxBytes
                ? await File.ReadAllTextAsync(path, cancellation)
                : throw new RollcallException(ExitCode.BadJob, "is too large to be the JSON of one job.", name);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new RollcallException(
                ExitCode.BadJob,
                refused is FileNotFoundException or DirectoryNotFoundException ? "the file was not found." : $"cannot be read: {refused.Message}", name,
                inner: refused);
        }
    }
}
