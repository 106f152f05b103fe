using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using DuckDB.NET.Data;
using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Jobs;

namespace Rollcall.Bench;

/// <summary>The first export, from the roll to the last receipt, against writing the same JSON to a null sink.</summary>
internal static class ExportBench
{
    public static async Task<int> RunAsync(long members, string folder)
    {
        var sink = Measure.Time(() => WriteToNull(folder));
        await using var server = await ServerProcess.StartAsync();
        var job = JobFile.Parse(BenchData.Job(folder, server.Url, ""), Path.Combine(folder, "job.yaml"), _ => null);
        var steps = new StepClock();
        Measure.ResetPeak();
        var result = await ExportRun.ExecuteAsync(job, new RunOptions(), Workplaces.At(Path.Combine(folder, "export"), steps));
        var counts = await server.CountsAsync();
        var span = steps.Last("import") - steps.First("compare");
        var least = (counts.GetProperty("bytes").GetInt64() + 49_999_999) / 50_000_000 + 1;
        Measure.Row("the same JSON to a null sink", $"{sink.Wall.TotalSeconds:N1} s");
        Measure.Row("first export, roll to last receipt", $"{span.TotalSeconds:N1} s = {span / sink.Wall:N1} x the null sink; peak {Measure.Peak()}");
        Measure.Row(
            "  imports",
            $"{counts.GetProperty("imports")} for {counts.GetProperty("bytes").GetInt64():N0} bytes (bar: {least}); {result.ApiCalls.Total:N0} calls; "
                + $"{result.Outcomes.Delivered:N0} delivered, {result.Outcomes.Failed:N0} failed");
        return 0;
    }

    private static void WriteToNull(string folder)
    {
        using var duckdb = new DuckDBConnection("DataSource=:memory:");
        duckdb.Open();
        using var command = duckdb.CreateCommand();
        command.UseStreamingMode = true;
        command.CommandText = $"SELECT e.email, first_name, last_name, spend, joined::VARCHAR, vip FROM '{folder}/everyone.parquet' e";
        using var row = command.ExecuteReader();
        using var json = new Utf8JsonWriter(Stream.Null);
        json.WriteStartArray();
        var pending = 0;
        while (row.Read())
        {
            json.WriteStartObject();
            json.WriteString("matchIdentifier", "email");
            json.WriteStartObject("identifiers");
            json.WriteString("email", row.GetString(0));
            json.WriteEndObject();
            json.WriteStartObject("dataFields");
            json.WriteString("FIRSTNAME", row.GetString(1));
            json.WriteString("LASTNAME", row.GetString(2));
            json.WriteNumber("SPEND", row.GetDouble(3));
            json.WriteString("JOINED", row.GetString(4));
            json.WriteBoolean("VIP", row.GetBoolean(5));
            json.WriteEndObject();
            json.WriteStartArray("lists");
            json.WriteNumberValue(1);
            json.WriteEndArray();
            json.WriteEndObject();
            if (++pending % 1000 == 0)
            {
                json.Flush();
            }
        }

        json.WriteEndArray();
    }
}

/// <summary>An unchanged run, and one of 10,000 changes, on a ledger that has everyone.</summary>
internal static class AgainBench
{
    public static async Task<int> RunAsync(long members, string folder)
    {
        await using var server = await ServerProcess.StartAsync();
        var data = Path.Combine(folder, "again");
        await SeedAsync(folder, data, server);
        foreach (var (what, from) in new[] { ("unchanged run", ""), ($"{BenchData.Changes:N0} changes, two books", "changed/") })
        {
            var before = await server.CountsAsync();
            var job = JobFile.Parse(BenchData.Job(folder, server.Url, from), Path.Combine(folder, "job.yaml"), _ => null);
            Measure.ResetPeak();
            var began = Stopwatch.GetTimestamp();
            var result = await ExportRun.ExecuteAsync(job, new RunOptions(), Workplaces.At(data, null));
            var took = Stopwatch.GetElapsedTime(began);
            var after = await server.CountsAsync();
            long Of(string name) => after.GetProperty(name).GetInt64() - before.GetProperty(name).GetInt64();
            Measure.Row(
                what, $"{took.TotalSeconds:N1} s; peak {Measure.Peak()}; {Of("imports")} imports, {Of("imports") + Of("others")} calls not counting polling; "
                    + $"{result.Outcomes.Delivered:N0} delivered, {result.Outcomes.Failed:N0} failed");
        }

        return 0;
    }

    /// <summary>Reads the roll once, and makes a ledger that agrees with it.</summary>
    private static Task<RunResult> SeedAsync(string folder, string data, ServerProcess server)
    {
        var job = JobFile.Parse(BenchData.Job(folder, server.Url, ""), Path.Combine(folder, "job.yaml"), _ => null);
        return RunSession.WithAsync(job, Workplaces.At(data, null), recorded: true,
        async (run, destination) => {
            await new Reading.RollCall(run).ReadAsync(destination, adopts: false, mayBeEmpty: false, CancellationToken.None);
            CompareBench.LedgerOf(run.Db, run.Folder, "ledger/bench/00000001", same: true);
            run.Store.Execute(
                "UPDATE job SET ledger_folder = 'ledger/bench/00000001', generation = 1, ledger_rows = $rows",
                ("$rows", run.Db.Number("SELECT count(*) FROM roll")));
            return new RunResult { Job = job.Tag, RunId = run.RunId };
        }, CancellationToken.None);
    }
}

internal static class Workplaces
{
    public static Workplace At(string data, IProgress<RunProgress>? progress) =>
        new() { DataFolder = data, Credentials = a => a.Credentials!, Clock = TimeProvider.System, Logs = NullLoggerFactory.Instance, Progress = progress };
}

/// <summary>When each step was first and last heard of.</summary>
internal sealed class StepClock : IProgress<RunProgress>
{
    private readonly Dictionary<string, (TimeSpan First, TimeSpan Last)> steps = [];
    private readonly long began = Stopwatch.GetTimestamp();

    public void Report(RunProgress value)
    {
        var now = Stopwatch.GetElapsedTime(began);
        if (Environment.GetEnvironmentVariable("BENCH_TRACE") is not null)
        {
            Console.Error.WriteLine($"{now.TotalSeconds:N1} {value}");
        }

        steps[value.Step] = (steps.TryGetValue(value.Step, out var had) ? had.First : now, now);
    }

    public TimeSpan First(string step) => steps[step].First;

    public TimeSpan Last(string step) => steps[step].Last;
}

/// <summary>The discarding server in a separate process, on a free loopback port.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly HttpClient http;

    private ServerProcess(Process process, string url)
    {
        this.process = process;
        Url = url;
        http = new HttpClient { BaseAddress = new Uri(url) };
    }

    public string Url { get; }

    public static async Task<ServerProcess> StartAsync()
    {
        int port;
        using (var free = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0))
        {
            free.Start();
            port = ((System.Net.IPEndPoint)free.LocalEndpoint).Port;
        }

        var server = new ServerProcess(Suite.Itself(["serve", $"{port}"]), $"http://127.0.0.1:{port}");
        while (true)
        {
            try
            {
                await server.CountsAsync();
                return server;
            }
            catch (HttpRequestException) when (!server.process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }
    }

    public async Task<JsonElement> CountsAsync() => await http.GetFromJsonAsync<JsonElement>("/bench");

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        http.Dispose();
    }
}
