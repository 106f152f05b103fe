using System.CommandLine;
using Rollcall.Cli.Json;
using Rollcall.Cli.Progress;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Jobs;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall run</c>: one pass of a job.</summary>
internal static class RunCommand
{
    private const string AsOwn = "own";

    private static readonly string[] _guards = ["exits", "enters", "mails", "moves", "empty", "rejects", "missing", "deleted", "optouts", "watchdog"];

    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var file = JobArguments.File();
        var yes = new Option<bool>("--yes", "-y") { Description = "Ask nothing; passes no guard" };
        var allow = new Option<string[]>("--allow")
        {
            Description = "Let a guard pass, this once: " + string.Join(", ", _guards) + "; may be repeated",
            HelpName = "GUARD",
            DefaultValueFactory = _ => [],
        };
        allow.AcceptOnlyFromAmong(_guards);
        var only = new Option<string[]>("--only") { Description = "A pilot: only this member enters and is updated, and nobody exits; may be repeated", HelpName = "EMAIL", DefaultValueFactory = _ => [] };
        var limit = new Option<long?>("--limit") { Description = "A pilot: only so many members enter and are updated, and nobody exits", HelpName = "N" };
        limit.Validators.Add(one =>
        {
            if (one.Tokens.Count > 0 && long.TryParse(one.Tokens[0].Value, out var number) && number < 1)
            {
                one.AddError("--limit takes a number above 0.");
            }
        });
        var adopt = new Option<string?>("--adopt")
        {
            Description = "Take people already in the mapped books into the ledger, as already there; =own: as this job's, whom exits take out",
            HelpName = "own",
            Arity = ArgumentArity.ZeroOrOne,
        };
        adopt.AcceptOnlyFromAmong(AsOwn);
        var release = new Option<string[]>("--release")
        {
            Description = "Let the members go of a book, or an audience, that was taken out of the job; may be repeated",
            HelpName = "BOOK",
            DefaultValueFactory = _ => [],
        };
        var verify = new Option<bool>("--verify") { Description = "Read the mapped books to their end, whatever verify_every says" };
        var now = new Option<bool>("--now") { Description = "Run in the job's quiet hours as well" };
        var beginAnew = new Option<bool>("--begin-anew") { Description = "Start over where the data folder's store is lost: who was delivered before is not known" };
        var command = new Command("run", "Bring the address books in step with the audiences, once") { file, yes, allow, only, limit, adopt, release, verify, now, beginAnew };
        Invocation.Bind(command, terminal, options, async (invocation, cancellation) =>
        {
            var name = invocation.Arguments.GetRequiredValue(file);
            var job = JobLookup.ReadFile(invocation, name);
            if (!invocation.Json)
            {
                ErrorReport.Problems(terminal.Err, job.Warnings);
            }

            var run = new RunOptions
            {
                Allow = invocation.Arguments.GetRequiredValue(allow).ToHashSet(),
                Only = invocation.Arguments.GetRequiredValue(only),
                Limit = invocation.Arguments.GetValue(limit),
                Adopt = invocation.Arguments.GetResult(adopt) is null ? null : invocation.Arguments.GetValue(adopt) == AsOwn ? AdoptAs.Own : AdoptAs.AlreadyThere,
                Verify = invocation.Arguments.GetValue(verify),
                Now = invocation.Arguments.GetValue(now),
                BeginAnew = invocation.Arguments.GetValue(beginAnew),
                Release = invocation.Arguments.GetRequiredValue(release),
            };
            if (terminal.CanAsk && !invocation.Json && !invocation.Arguments.GetValue(yes) && !await GoAheadAsync(invocation, job, name, run, cancellation))
            {
                return ExitCode.Done;
            }

            var result = await ProgressDisplay.ShowAsync(terminal, progress => ExportRun.ExecuteAsync(job, run, invocation.Workplace(progress), cancellation));
            return RunReport.Show(invocation, name, job.Tag, result);
        });
        return command;
    }

    /// <summary>Before a job's first run, someone at the terminal sees what it will do and may still say no.</summary>
    private static async Task<bool> GoAheadAsync(Invocation invocation, Job job, string name, RunOptions run, CancellationToken cancellation)
    {
        if (run.BeginAnew || HasRun(invocation, job.Tag))
        {
            return true;
        }

        var plan = await ProgressDisplay.ShowAsync(invocation.Terminal, progress => ExportRun.PlanAsync(job, run, invocation.Workplace(progress), cancellation));
        new RunReport(invocation.Terminal.Err, name).WritePlan(plan);
        invocation.Terminal.Err.WriteLine();
        if (await new ConfirmationPrompt("This job has not run here before. Run it?").ShowAsync(invocation.Terminal.Err, cancellation))
        {
            return true;
        }

        invocation.Out.WriteLine("Nothing was sent.");
        return false;
    }

    private static bool HasRun(Invocation invocation, string tag)
    {
        if (!Directory.Exists(invocation.DataFolder))
        {
            return false;
        }

        using var history = new History(invocation.DataFolder);
        return history.Job(tag)?.LastRun is not null;
    }
}
