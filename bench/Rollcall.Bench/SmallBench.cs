using System.Diagnostics;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Simulators;

namespace Rollcall.Bench;

/// <summary>A job of 50 members that changes nothing: what a run costs beyond its members, in a process that has run before and in a new one.</summary>
internal static class SmallBench
{
    private const int Members = 50;
    private const int Times = 15;
    private static readonly TimeSpan Warm = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Cold = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        await using var simulator = await DotdigitalSimulator.StartAsync(
            new SimulatorOptions { ImportLatency = TimeSpan.Zero, ImportLatencyPerContact = TimeSpan.Zero });
        simulator.Account.AddBook("Gold");
        var job = Job(simulator.Url.ToString(), folder);
        await ExportRun.ExecuteAsync(job, new RunOptions(), Workplaces.At(Path.Combine(folder, "data"), null));

        var warm = await BestAsync(async () =>
        {
            var result = await ExportRun.ExecuteAsync(job, new RunOptions(), Workplaces.At(Path.Combine(folder, "data"), null));
            Unchanged(result.Audiences[0].Unchanged);
        });
        Judge("50 members, nothing changed, a process that has run before", warm, Warm);

        var cold = await BestAsync(async () =>
        {
            string[] arguments = [Program(), "run", job.Path!, "--data", Path.Combine(folder, "data"), "--json"];
            using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
            await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Unchanged(process.ExitCode == 0 ? Members : 0);
        });
        Judge("the same, a new process", cold, Cold);
        return Measure.Code;
    }

    private static void Judge(string what, TimeSpan took, TimeSpan bar) =>
        Measure.Bar(what, $"{took.TotalMilliseconds:N0} ms", took <= bar, $"at most {bar.TotalMilliseconds:N0} ms");

    private static async Task<TimeSpan> BestAsync(Func<Task> work)
    {
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < Times; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await work();
            var took = Stopwatch.GetElapsedTime(began);
            best = took < best ? took : best;
        }

        return best;
    }

    private static void Unchanged(long members)
    {
        if (members != Members)
        {
            throw new InvalidOperationException($"The run was to leave {Members} members unchanged, and left {members}.");
        }
    }

    /// <summary>The command line, built in this program's configuration: below src/Rollcall.Cli/bin as this is below bench/Rollcall.Bench/bin.</summary>
    private static string Program()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(output.FullName, "../../../../../src/Rollcall.Cli/bin", output.Parent!.Name, output.Name, "Rollcall.Cli.dll");
    }

    private static Job Job(string url, string folder)
    {
        var people = Enumerable.Range(0, Members).Select(i => $"p{i}@example.com,Someone,{i}");
        File.WriteAllLines(Path.Combine(folder, "people.csv"), people.Prepend("email,name,spend"));
        var text =
            $$"""
            tag: small
            authorization: {username: demo, password: demo, endpoint: "{{url}}"}
            source: { tables: { files: { people: people.csv }, audiences: { people: { from: people } } } }
            config:
              segment_ids: [people]
              seg_mappings: [ { people: { name: Gold } } ]
              mappings: [{name: FIRSTNAME}]
              email_field: email
            """;
        File.WriteAllText(Path.Combine(folder, "small.yaml"), text);
        return JobFile.Parse(text, Path.Combine(folder, "small.yaml"), _ => null);
    }
}
