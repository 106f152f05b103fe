using System.CommandLine;
using Rollcall.Cli.Demo;
using Rollcall.Cli.Progress;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Cli.Words;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Simulators;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall demo</c>: simulated accounts, sample data, a first and a second run.</summary>
internal static class DemoCommand
{
    private const int FewestMembers = 100;
    private const int MostMembers = 5_000_000;
    private const int Customers = 20_000;

    // Lytics returns recommendations for one person per call.
    private const int LyticsPeople = 2_000;

    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var members = new Option<int?>("--members")
        {
            Description =
                $"Number of people (default: {Figures.Count(Customers)} customers of a sample shop or, with --lytics, {Figures.Count(LyticsPeople)} profiles)",
            HelpName = "N",
        };
        var keepOpen = new Option<bool>("--keep-open") { Description = "Keep the simulated accounts running until Ctrl-C, to look around" };
        var lytics = new Option<bool>("--lytics") { Description = "Show a job migrating from a simulated Lytics instead" };
        var command = new Command(
            "demo", "Show Rollcall with sample data and a simulated Dotdigital: two runs, what changed, who was left out") { members, keepOpen, lytics };
        Invocation.Bind(command, terminal, options,
        async (invocation, cancellation) => {
            var fromLytics = invocation.Arguments.GetValue(lytics);
            var people = invocation.Arguments.GetValue(members) ?? (fromLytics ? LyticsPeople : Customers);
            if (people is < FewestMembers or > MostMembers)
            {
                throw new RollcallException(ExitCode.BadJob, $"There must be {FewestMembers:N0} to {MostMembers:N0} people.", "--members");
            }

            var folder = Directory.CreateTempSubdirectory("rollcall-demo-").FullName;
            invocation.WorkIn(Path.Combine(folder, ".rollcall"));
            RefuseSecond(invocation);
            var open = invocation.Arguments.GetValue(keepOpen);
            await (fromLytics ? LyticsDemo.RunAsync(invocation, folder, people, open, cancellation) : RunAsync(invocation, folder, people, open, cancellation));
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task RunAsync(Invocation invocation, string folder, int people, bool keepOpen, CancellationToken cancellation)
    {
        var terminal = invocation.Terminal;
        var shop = new DemoShop(people);
        shop.Write(folder);
        File.WriteAllText(Path.Combine(folder, "job.yaml"), DemoJob.Text);
        File.WriteAllText(Path.Combine(folder, "winners.csv"), DemoComeback.People);
        File.WriteAllText(Path.Combine(folder, "comeback.yaml"), DemoComeback.Text);
        await using var simulator = await DotdigitalSimulator.StartAsync(
            new SimulatorOptions { Seed = DemoAccount.Seed(shop, terminal.Clock.GetUtcNow()), Clock = terminal.Clock },
            cancellation);
        invocation.Authorizations().Add(DemoJob.Authorization, new Credentials("demo", "demo", simulator.Url));
        var job = JobLookup.ReadFile(invocation, Path.Combine(folder, "job.yaml"));
        var report = invocation.Json ? null : new DemoReport(invocation.Out, terminal.Clock);

        report?.Begin(people, folder, simulator.Url);
        var plan = await PassAsync(progress => ExportRun.PlanAsync(job, new RunOptions(), invocation.Workplace(progress), cancellation));
        report?.Plan("1  The plan", "what a run would change; nothing is sent", plan);
        var first = await PassAsync(progress => ExportRun.ExecuteAsync(job, new RunOptions(), invocation.Workplace(progress), cancellation));
        report?.Run("2  The first run", "everyone enters", first);

        var day = shop.PassDay();
        shop.Write(folder);
        var optOuts = DemoAccount.PassDay(simulator.Account);
        var between = new DemoBetween(
            day.Came, day.CollectedPoints, day.Moved, day.Left, optOuts.Unsubscribed.Count, optOuts.LeftBook.Count, optOuts.Bounced.Count,
            optOuts.SaidYes.Count, optOuts.Silent.Count);
        report?.Between(between);
        var second = await PassAsync(progress => ExportRun.ExecuteAsync(job, new RunOptions(), invocation.Workplace(progress), cancellation));
        report?.Run("4  The second run", "only what changed is sent", second);

        var asked = optOuts.Unsubscribed.Concat(optOuts.LeftBook).FirstOrDefault(shop.Has);
        var explained = asked is null ? null : await ShowAsync(progress => Explain.RunAsync(job, asked, invocation.Workplace(progress), cancellation));
        report?.Summary("5  What it took", first, second);
        report?.LeftOut(second, explained);

        var comeback = JobLookup.ReadFile(invocation, Path.Combine(folder, "comeback.yaml"));
        var back = await PassAsync(
            progress =>
            ExportRun.ExecuteAsync(
                comeback, new RunOptions(), invocation.Workplace(progress) with { Http = new DemoComeback.Hand(simulator.Account) }, cancellation));
        var consent = new List<Explanation>();
        foreach (var (of, email) in new[] { (job, optOuts.Silent.FirstOrDefault(shop.Has)), (comeback, DemoComeback.Bounced),
            (comeback, DemoComeback.Leaving) })
        {
            if (email is not null)
            {
                consent.Add(await ShowAsync(progress => Explain.RunAsync(of, email, invocation.Workplace(progress), cancellation)));
            }
        }

        report?.Consent(back, consent);

        report?.End(folder, simulator.Url, keepOpen);
        if (invocation.Json)
        {
            invocation.WriteJson(
                new DemoDocument(
                    folder, simulator.Url.GetLeftPart(UriPartial.Authority), people, plan, first, between, second, DemoCalls.Of(first, second), explained, back,
                    consent));
        }

        if (keepOpen)
        {
            await simulator.WaitForShutdownAsync(cancellation);
        }

        async Task<RunResult> PassAsync(Func<IProgress<RunProgress>, Task<RunResult>> work) => (await ShowAsync(work)).InWords(job.Path);

        Task<T> ShowAsync<T>(Func<IProgress<RunProgress>, Task<T>> work) => ProgressDisplay.ShowAsync(terminal, work);
    }

    /// <summary>The ledger of an earlier demo belongs to an account that no longer exists.</summary>
    private static void RefuseSecond(Invocation invocation)
    {
        if (!Directory.Exists(invocation.DataFolder))
        {
            return;
        }

        using var history = new History(invocation.DataFolder);
        if (history.Job(DemoJob.Tag) is not null || history.Job(LyticsDemoJob.Tag) is not null)
        {
            throw new RollcallException(
                ExitCode.BadJob, $"A demo has already run in {invocation.DataFolder}.", "--data", "Use another folder, or omit --data.");
        }
    }
}
