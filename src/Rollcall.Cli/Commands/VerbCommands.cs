using System.CommandLine;
using Rollcall.Cli.Json;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Rollcall.Operations;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall pause</c>, <c>resume</c>, <c>bounce</c> and <c>kill</c>: verbs of a stored job.</summary>
internal static class VerbCommands
{
    private static string Author => $"{Environment.UserName} (shell)";

    public static Command Pause(Terminal terminal, GlobalOptions options) => Create(
        terminal, options, "pause", "Stop a stored job at its next safe point, until it is resumed", (jobs, tag) => jobs.Pause(tag, Author));

    public static Command Resume(Terminal terminal, GlobalOptions options) => Create(
        terminal, options, "resume", "Let a stored job run again, at once", (jobs, tag) => jobs.Resume(tag, Author), needsService: true);

    public static Command Bounce(Terminal terminal, GlobalOptions options) => Create(
        terminal, options, "bounce", "Stop a stored job and start it again", (jobs, tag) => jobs.Bounce(tag, Author), needsService: true);

    public static Command Kill(Terminal terminal, GlobalOptions options)
    {
        var yes = new Option<bool>("--yes", "-y") { Description = "Ask no question" };
        var command = Create(
            terminal, options, "kill", "End a stored job for good: its history stays, and nothing at Dotdigital is undone",
            (jobs, tag) => jobs.Kill(tag, Author), asks: yes);
        return command;
    }

    private static Command Create(
        Terminal terminal, GlobalOptions options, string verb, string description, Func<StoredJobs, string, StoredJob> change, bool needsService = false,
        Option<bool>? asks = null)
    {
        var named = new Argument<string>("JOB") { Description = "The job's file or its tag" };
        var command = new Command(verb, description) { named };
        if (asks is not null)
        {
            command.Options.Add(asks);
        }

        Invocation.Bind(command, terminal, options,
        async (invocation, cancellation) => {
            var name = invocation.Arguments.GetRequiredValue(named);
            using var jobs = JobLookup.Stored(invocation, name);
            var tag = JobLookup.StoredTag(invocation, jobs, name);
            if (asks is not null && terminal.CanAsk && !invocation.Json && !invocation.Arguments.GetValue(asks)
                && !await AskAsync(invocation, tag, cancellation))
            {
                invocation.Out.WriteLine("Nothing was changed.");
                return ExitCode.Done;
            }

            Show(invocation, jobs, change(jobs, tag), needsService);
            return ExitCode.Done;
        });
        return command;
    }

    private static Task<bool> AskAsync(Invocation invocation, string tag, CancellationToken cancellation) =>
        new ConfirmationPrompt($"Kill {Markup.Escape(tag)}? It never runs again, and claims nobody. Nothing at Dotdigital is undone.") { DefaultValue = false }
            .ShowAsync(invocation.Terminal.Err, cancellation);

    private static void Show(Invocation invocation, StoredJobs jobs, StoredJob job, bool needsService)
    {
        if (invocation.Json)
        {
            invocation.WriteJson(StoredJobLine.Of(job));
            return;
        }

        var isServed = jobs.IsServed;
        invocation.Out.WriteLine($"{job.Tag}: {JobLife.Status(job)}");
        if (job.Wish == JobWish.Killed)
        {
            invocation.Out.WriteLine("Its history stays, and nothing at Dotdigital is undone: its members stay in their address books.");
        }

        if (!isServed && needsService)
        {
            invocation.Out.WriteLine("No service runs in this data folder, so nothing begins yet. Start one with: rollcall serve");
        }

        // The service notes each of its runs.
        if (jobs.IsRunning(job.Tag) && (!isServed || job.RunId is null))
        {
            invocation.Out.WriteLine("A run from the command line is under way, and goes on: stop it with Ctrl-C.");
        }
    }
}
