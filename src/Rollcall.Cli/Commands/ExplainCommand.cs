using System.CommandLine;
using Rollcall.Cli.Progress;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Rollcall.Operations;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall explain</c>: why a person is, or is not, in each book.</summary>
internal static class ExplainCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var named = JobArguments.FileOrTag();
        var email = new Argument<string>("EMAIL") { Description = "The person's address" };
        var command = new Command("explain", "Say why a person is, or is not, in each address book") { named, email };
        Invocation.Bind(command, terminal, options,
        async (invocation, cancellation) => {
            var job = JobLookup.Read(invocation, invocation.Arguments.GetRequiredValue(named));
            var asked = invocation.Arguments.GetRequiredValue(email);
            var explanation = await ProgressDisplay.ShowAsync(terminal, progress => Explain.RunAsync(job, asked, invocation.Workplace(progress), cancellation));
            if (invocation.Json)
            {
                invocation.WriteJson(explanation);
            }
            else
            {
                ExplanationReport.Write(invocation.Out, explanation, terminal.Clock);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
