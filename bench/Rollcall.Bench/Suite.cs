using System.Diagnostics;

namespace Rollcall.Bench;

/// <summary>All measurements of one size, each in a process of its own, in a folder that is deleted afterwards.</summary>
internal static class Suite
{
    // At 30 million members only the comparison is measured, for its memory.
    private const long LargestExport = 10_000_000;

    /// <returns>Whether every bar was met.</returns>
    public static bool Run(long members)
    {
        var folder = Directory.CreateTempSubdirectory("rollcall-bench-").FullName;
        try
        {
            Console.WriteLine($"\n{members:N0} members");
            BenchData.Write(members, folder);
            string[] measured = members <= LargestExport ? ["compare", "export", "again"] : ["compare"];
            return measured.Select(what => Start(what, members, folder)).ToList().TrueForAll(met => met);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool Start(string what, long members, string folder)
    {
        using var process = Itself([what, $"{members}", folder]);
        process.WaitForExit();
        return process.ExitCode switch
        {
            0 => true,
            Measure.MissedCode => false,
            var code => throw new InvalidOperationException($"{what} of {members} members ended with {code}."),
        };
    }

    /// <summary>Starts this program once more, whether it was started by its own name or through <c>dotnet</c>.</summary>
    public static Process Itself(IEnumerable<string> arguments)
    {
        var program = Environment.ProcessPath!;
        var isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        return Process.Start(new ProcessStartInfo(program, isHost ? [typeof(Suite).Assembly.Location, .. arguments] : arguments))!;
    }
}

/// <summary>What one process measures: time, and the most memory it held since the measurement began; and whether the bars were met.</summary>
internal static class Measure
{
    /// <summary>The exit code of a process that missed a bar.</summary>
    public const int MissedCode = 1;

    private static bool _missed;

    /// <summary>The exit code: 0, or <see cref="MissedCode"/>.</summary>
    public static int Code => _missed ? MissedCode : 0;

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

    /// <summary>The most memory since <see cref="ResetPeak"/>, in MB.</summary>
    public static double PeakMegabytes()
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1000.0;
    }

    public static string Peak() => $"{PeakMegabytes():N0} MB";

    /// <summary>Holds a figure to its bar.</summary>
    /// <param name="bar">The bar in words, such as <c>at most 4 x</c>.</param>
    public static void Bar(string what, string figure, bool met, string bar)
    {
        _missed |= !met;
        Row($"  {(met ? "met" : "MISSED")}: {what}", $"{figure} (bar: {bar})");
    }

    public static void Row(string what, string value) => Console.WriteLine($"  {what,-62} {value}");
}
