using System.Diagnostics;

namespace Rollcall.Bench;

/// <summary>All measurements of one size, each in a separate process, in a folder that is deleted afterwards.</summary>
internal static class Suite
{
    // At 30 million members only the comparison is measured, for its memory.
    private const long LargestExport = 10_000_000;

    public static void Run(long members)
    {
        var folder = Directory.CreateTempSubdirectory("rollcall-bench-").FullName;
        try
        {
            Console.WriteLine($"\n{members:N0} members");
            BenchData.Write(members, folder);
            Start("compare", members, folder);
            if (members <= LargestExport)
            {
                Start("export", members, folder);
                Start("again", members, folder);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Start(string what, long members, string folder)
    {
        using var process = Itself([what, $"{members}", folder]);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{what} of {members} members ended with {process.ExitCode}.");
        }
    }

    /// <summary>Starts this program once more, whether it was started by its own name or through <c>dotnet</c>.</summary>
    public static Process Itself(IEnumerable<string> arguments)
    {
        var program = Environment.ProcessPath!;
        return Process.Start(
            new ProcessStartInfo(
                program, Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(Suite).Assembly.Location, .. arguments] : arguments))!;
    }
}

/// <summary>What one process measures: time, and the peak memory since the measurement began.</summary>
internal static class Measure
{
    /// <summary>Wall time, and the processor time of this process, which a busy machine stretches less.</summary>
    public static (TimeSpan Wall, TimeSpan Cpu) Time(System.Action work)
    {
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var began = Stopwatch.GetTimestamp();
        work();
        var wall = Stopwatch.GetElapsedTime(began);
        process.Refresh();
        return (wall, process.TotalProcessorTime - cpu);
    }

    /// <summary>Forgets the peak so far (Linux: proc(5), clear_refs).</summary>
    public static void ResetPeak()
    {
        GC.Collect();
        File.WriteAllText("/proc/self/clear_refs", "5");
    }

    public static string Peak()
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM", StringComparison.Ordinal));
        return $"{long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1000.0:N0} MB";
    }

    public static void Row(string what, string value) => Console.WriteLine($"  {what,-62} {value}");
}
