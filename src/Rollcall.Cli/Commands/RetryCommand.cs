using System.CommandLine;
using Rollcall.Cli.Json;
using Rollcall.Cli.Progress;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall retry</c>: tries again what was not delivered.</summary>
internal static class RetryCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var named = JobArguments.FileOrTag();
        var challenge = new Option<string>("--challenge") { Description = "Resubscribe this person once more, who was asked and has not answered, or whose resubscription was not answered", HelpName = "EMAIL" };
        var now = new Option<bool>("--now") { Description = "Run in the job's quiet hours as well" };
        var command = new Command("retry", "Try again what was not delivered, as the audiences and opt-outs are now") { named, challenge, now };
        Invocation.Bind(command, terminal, options, async (invocation, cancellation) =>
        {
            var name = invocation.Arguments.GetRequiredValue(named);
            var job = JobLookup.Read(invocation, name);
            var retry = new RunOptions { Undelivered = true, Now = invocation.Arguments.GetValue(now) };
            var person = invocation.Arguments.GetValue(challenge);
            var result = await ProgressDisplay.ShowAsync(terminal, progress => person is null
                ? ExportRun.ExecuteAsync(job, retry, invocation.Workplace(progress), cancellation)
                : Retry.ChallengeAsync(job, person, invocation.Workplace(progress), retry.Now, cancellation));
            return RunReport.Show(invocation, name, job.Tag, result);
        });
        return command;
    }
}
