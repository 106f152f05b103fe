using System.CommandLine;
using Rollcall.Cli.Progress;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Cli.Words;
using Rollcall.Operations;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall retry</c>: retries the changes that were not delivered.</summary>
internal static class RetryCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var named = JobArguments.FileOrTag();
        var challenge = new Option<string>("--challenge")
        {
            Description = "Resubscribe this person once more, after a challenge or a resubscription call that got no answer",
            HelpName = "EMAIL",
        };
        var yes = new Option<bool>("--yes", "-y") { Description = "Accepted for compatibility with run; a retry asks nothing" };
        var command = new Command("retry", "Retry the changes that were not delivered, with the current audiences and opt-outs") { named, challenge, yes };
        var asked = new RunArguments();
        asked.AddTo(command);
        Invocation.Bind(command, terminal, options,
        async (invocation, cancellation) => {
            var name = invocation.Arguments.GetRequiredValue(named);
            var job = JobLookup.Read(invocation, name);
            JobLookup.RefuseOther(invocation, job, name);
            var retry = asked.Read(invocation.Arguments);
            var person = invocation.Arguments.GetValue(challenge);
            var result = await ProgressDisplay.ShowAsync(terminal, progress => person is null
                ? ExportRun.ExecuteAsync(job, retry with { Undelivered = true }, invocation.Workplace(progress), cancellation)
                : Retry.ChallengeAsync(job, person, invocation.Workplace(progress), retry, cancellation));
            return RunReport.Show(invocation, name, job.Tag, result.InWords(job.Path));
        });
        return command;
    }
}
