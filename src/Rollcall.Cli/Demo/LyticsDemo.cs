using Rollcall.Cli.Json;
using Rollcall.Cli.Progress;
using Rollcall.Cli.Terminals;
using Rollcall.Cli.Words;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Simulators;
using Rollcall.Simulators.Lytics;

namespace Rollcall.Cli.Demo;

/// <summary><c>rollcall demo --lytics</c>: a job migrates from Lytics, and runs twice.</summary>
internal static class LyticsDemo
{
    public static async Task RunAsync(Invocation invocation, string folder, int people, bool keepOpen, CancellationToken cancellation)
    {
        var terminal = invocation.Terminal;
        var accounts = new LyticsDemoAccounts(people);
        await using var lytics = await LyticsSimulator.StartAsync(
            new LyticsSimulatorOptions { Seed = accounts.Lytics(), Token = LyticsDemoJob.Token, Clock = terminal.Clock },
            cancellation);
        await using var dotdigital = await DotdigitalSimulator.StartAsync(
            new SimulatorOptions { Seed = accounts.Dotdigital(terminal.Clock.GetUtcNow()), Clock = terminal.Clock },
            cancellation);
        var report = invocation.Json ? null : new LyticsDemoReport(invocation.Out, terminal.Clock);

        report?.Begin(people, folder, lytics.Url, dotdigital.Url);
        File.WriteAllText(Path.Combine(folder, LyticsDemoJob.LyticsFile), LyticsDemoJob.Json);
        var (jobFile, notes) = LyticsDemoJob.Convert(lytics.Url);
        File.WriteAllText(Path.Combine(folder, LyticsDemoJob.File), jobFile);
        invocation.Authorizations().Add(LyticsDemoJob.Authorization, new Credentials("demo", "demo", dotdigital.Url));
        report?.Import(notes);

        var job = JobLookup.ReadFile(invocation, Path.Combine(folder, LyticsDemoJob.File));
        var problems = await ShowAsync(progress => JobCheck.RunAsync(job, invocation.Workplace(progress), cancellation));
        report?.Check(problems);

        var plan = await PassAsync(progress => ExportRun.PlanAsync(job, new RunOptions(), invocation.Workplace(progress), cancellation));
        report?.Before(plan);

        // Lytics exported to these books before: the people in them are adopted, not sent again.
        var first = await PassAsync(
            progress => ExportRun.ExecuteAsync(job, new RunOptions { Adopt = AdoptAs.Own }, invocation.Workplace(progress), cancellation));
        report?.TakeOver(first);
        var afterFirst = LyticsDemoAccountsAfter.Read(dotdigital.Account, lytics.Account, accounts.Leavers, earlier: 0);
        report?.AfterFirst(afterFirst);

        var earlier = lytics.Account.Events().Count;
        var between = accounts.PassDay(lytics.Account, dotdigital.Account);
        report?.Between(between);
        var second = await PassAsync(progress => ExportRun.ExecuteAsync(job, new RunOptions(), invocation.Workplace(progress), cancellation));
        report?.Run("8  The second run", "rollcall run job.yaml: only what changed is sent", second);
        report?.Summary("9  What it took", first, second);
        var explained = await ShowAsync(progress => Explain.RunAsync(job, LyticsDemoAccounts.AdasEmail, invocation.Workplace(progress), cancellation));
        var afterSecond = LyticsDemoAccountsAfter.Read(dotdigital.Account, lytics.Account, accounts.Leavers, earlier);
        report?.AfterSecond(explained, afterFirst, afterSecond);

        report?.End(folder, lytics.Url, dotdigital.Url, keepOpen);
        if (invocation.Json)
        {
            invocation.WriteJson(new LyticsDemoDocument(
                folder,
                lytics.Url.GetLeftPart(UriPartial.Authority),
                dotdigital.Url.GetLeftPart(UriPartial.Authority),
                people,
                new ImportedJob(jobFile, [.. notes.Select(note => new ImportedNote(note.Message, note.Where, note.Todo))]),
                [.. problems.Select(problem => new CheckedProblem(problem.Severity, problem.Message, problem.Where, problem.Todo))],
                plan,
                first,
                afterFirst,
                between,
                second,
                afterSecond,
                DemoCalls.Of(first, second),
                explained));
        }

        if (keepOpen)
        {
            await Task.WhenAll(lytics.WaitForShutdownAsync(cancellation), dotdigital.WaitForShutdownAsync(cancellation));
        }

        async Task<RunResult> PassAsync(Func<IProgress<RunProgress>, Task<RunResult>> work) => (await ShowAsync(work)).InWords(job.Path);

        Task<T> ShowAsync<T>(Func<IProgress<RunProgress>, Task<T>> work) => ProgressDisplay.ShowAsync(terminal, work);
    }
}
