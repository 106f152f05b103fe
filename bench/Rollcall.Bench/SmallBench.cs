using System.Diagnostics;
using Rollcall.Jobs;
using Rollcall.Simulators;

namespace Rollcall.Bench;

/// <summary>A job of 50 members that changes nothing: what a run costs beyond its members, in a process that has run before and in a new one.</summary>
internal static class SmallBench
{
    private const int Members = 50;
    private const int Times = 15;
    private static readonly TimeSpan s_warm = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_cold = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        await using var simulator = await DotdigitalSimulator.StartAsync(new SimulatorOptions { ImportLatency = TimeSpan.Zero, ImportLatencyPerContact = TimeSpan.Zero });
        simulator.Account.AddBook("Gold");
        var job = Job(simulator.Url.ToString(), folder);
        await ExportRun.ExecuteAsync(job, new RunOptions(), Workplaces.At(Path.Combine(folder, "data"), null));

        var warm = await BestAsync(async () =>
        {
            var result = await ExportRun.ExecuteAsync(job, new RunOptions(), Workplaces.At(Path.Combine(folder, "data"), null));
            Unchanged(result.Audiences[0].Unchanged);
        });
        Measure.Bar("50 members, nothing changed, a process that has run before", $"{warm.TotalMilliseconds:N0} ms", warm <= s_warm, $"at most {s_warm.TotalMilliseconds:N0} ms");

        var cold = await BestAsync(async () =>
        {
            using var process = Process.Start(new ProcessStartInfo("dotnet", [Program(), "run", job.Path!, "--data", Path.Combine(folder, "data"), "--json"]) { RedirectStandardOutput = true })!;
            await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Unchanged(process.ExitCode == 0 ? Members : 0);
        });
        Measure.Bar("the same, a new process", $"{cold.TotalMilliseconds:N0} ms", cold <= s_cold, $"at most {s_cold.TotalMilliseconds:N0} ms");
        return Measure.Code;
    }

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

    /// <summary>The command line, built in the configuration of this program: bench/Rollcall.Bench/bin/Release/net10.0 and src/Rollcall.Cli/bin/Release/net10.0.</summary>
    private static string Program()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(output.FullName, "../../../../../src/Rollcall.Cli/bin", output.Parent!.Name, output.Name, "Rollcall.Cli.dll");
    }

    private static Job Job(string url, string folder)
    {
        File.WriteAllLines(Path.Combine(folder, "people.csv"), Enumerable.Range(0, Members).Select(i => $"p{i}@example.com,Someone,{i}").Prepend("email,name,spend"));
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
