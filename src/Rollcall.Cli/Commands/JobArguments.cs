using System.CommandLine;

namespace Rollcall.Cli.Commands;

/// <summary>The arguments that several commands take.</summary>
internal static class JobArguments
{
    public static Argument<string> File() => new("JOBFILE") { Description = "The job file, YAML or JSON" };

    public static Argument<string> FileOrTag() => new("JOB") { Description = "The job file, or the tag of a job that is stored or ran here" };
}
