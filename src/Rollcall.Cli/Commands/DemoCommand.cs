using System.CommandLine;
using Rollcall.Cli.Demo;
using Rollcall.Cli.Progress;
using Rollcall.Cli.Terminals;
using Rollcall.Jobs;
using Rollcall.Simulators;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall demo</c>: a simulated account, a made-up shop, a first and a second run.</summary>
internal static class DemoCommand
{
    private const int FewestMembers = 100;
    private const int MostMembers = 5_000_000;

    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var members = new Option<int>("--members") { Description = "Customers of the made-up shop", HelpName = "N", DefaultValueFactory = _ => 20_000 };
        var keepOpen = new Option<bool>("--keep-open") { Description = "Keep the simulated Dotdigital up until Ctrl-C, to look around" };
        var command = new Command("demo", "Show it all on made-up data and a simulated Dotdigital: two runs, what changed, who was left out") { members, keepOpen };
        Invocation.Bind(command, terminal, options, async (invocation, cancellation) =>
        {
            var people = invocation.Arguments.GetValue(members);
            if (people is < FewestMembers or > MostMembers)
            {
                throw new RollcallException(ExitCode.BadJob, $"The shop needs {FewestMembers:N0} to {MostMembers:N0} customers.", "--members");
            }

            await RunAsync(invocation, people, invocation.Arguments.GetValue(keepOpen), cancellation);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task RunAsync(Invocation invocation, int people, bool keepOpen, CancellationToken cancellation)
    {
        var terminal = invocation.Terminal;
        var folder = Directory.CreateTempSubdirectory("rollcall-demo-").FullName;
        invocation.WorkIn(Path.Combine(folder, ".rollcall"));
        RefuseSecond(invocation);
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
        var plan = await ShowAsync(progress => ExportRun.PlanAsync(job, new RunOptions(), invocation.Workplace(progress), cancellation));
        report?.Plan(plan);
        var first = await ShowAsync(progress => ExportRun.ExecuteAsync(job, new RunOptions(), invocation.Workplace(progress), cancellation));
        report?.Run("2  The first run", "everybody enters", first);

        var day = shop.PassDay();
        shop.Write(folder);
        var optOuts = DemoAccount.PassDay(simulator.Account);
        var between = new DemoBetween(day.Came, day.CollectedPoints, day.Moved, day.Left, optOuts.Unsubscribed.Count, optOuts.LeftBook.Count, optOuts.Bounced.Count, optOuts.SaidYes.Count, optOuts.Silent.Count);
        report?.Between(between);
        var second = await ShowAsync(progress => ExportRun.ExecuteAsync(job, new RunOptions(), invocation.Workplace(progress), cancellation));
        report?.Run("4  The second run", "only what changed is sent", second);

        var asked = optOuts.Unsubscribed.Concat(optOuts.LeftBook).FirstOrDefault(shop.Has);
        var explained = asked is null ? null : await ShowAsync(progress => Explain.RunAsync(job, asked, invocation.Workplace(progress), cancellation));
        report?.Summary(first, second);
        using (var history = new History(invocation.DataFolder))
        {
            report?.LeftOut(history.Failures(job.Tag), explained);
        }

        var comeback = JobLookup.ReadFile(invocation, Path.Combine(folder, "comeback.yaml"));
        var back = await ShowAsync(progress => ExportRun.ExecuteAsync(comeback, new RunOptions(), invocation.Workplace(progress) with { Http = new DemoComeback.Hand(simulator.Account) }, cancellation));
        var consent = new List<Explanation>();
        foreach (var (of, email) in new[] { (job, optOuts.Silent.FirstOrDefault(shop.Has)), (comeback, DemoComeback.Bounced), (comeback, DemoComeback.Leaving) })
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
            var calls = new DemoCalls(first.ApiCalls.Total + second.ApiCalls.Total, DemoReport.OneByOne(first) + DemoReport.OneByOne(second));
            invocation.WriteJson(new DemoDocument(folder, simulator.Url.GetLeftPart(UriPartial.Authority), people, plan, first, between, second, calls, explained, back, consent));
        }

        if (keepOpen)
        {
            await simulator.WaitForShutdownAsync(cancellation);
        }

        Task<T> ShowAsync<T>(Func<IProgress<RunProgress>, Task<T>> work) => ProgressDisplay.ShowAsync(terminal, work);
    }

    /// <summary>A ledger of an earlier demo speaks of an account that is gone.</summary>
    private static void RefuseSecond(Invocation invocation)
    {
        if (!Directory.Exists(invocation.DataFolder))
        {
            return;
        }

        using var history = new History(invocation.DataFolder);
        if (history.Job("demo") is not null)
        {
            throw new RollcallException(ExitCode.BadJob, $"A demo has run in {invocation.DataFolder} already.", "--data", "Name another folder, or leave --data out.");
        }
    }
}
