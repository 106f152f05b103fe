using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using DuckDB.NET.Data;
using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;

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
            $"{counts.GetProperty("imports")} for {counts.GetProperty("bytes").GetInt64():N0} bytes; {result.ApiCalls.Total:N0} calls;"
            + $" {result.Outcomes.Delivered:N0} delivered, {result.Outcomes.Failed:N0} failed");
        Measure.Bar("first export", $"{span / sink.Wall:N1} x the null sink", span <= 10 * sink.Wall, "at most 10 x");
        Measure.Bar(
            "imports",
            $"{counts.GetProperty("imports")}",
            counts.GetProperty("imports").GetInt64() <= least,
            $"at most {least}: bytes / 50,000,000, rounded up, + 1");
        return Measure.Code;
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
        foreach (var (what, from, most) in new[] { ("unchanged run", "", 0), ($"{BenchData.Changes:N0} changes, two books", "changed/", 14) })
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
                what,
                $"{took.TotalSeconds:N1} s; peak {Measure.Peak()}; {Of("imports")} imports, {Of("imports") + Of("others")} calls besides polling;"
                + $" {result.Outcomes.Delivered:N0} delivered, {result.Outcomes.Failed:N0} failed");
            Measure.Bar(
                what,
                $"{Of("imports")} imports, {Of("imports") + Of("others")} calls besides polling",
                most == 0 ? Of("imports") == 0 : Of("imports") + Of("others") <= most,
                most == 0 ? "no import" : $"at most {most} calls");
        }

        return Measure.Code;
    }

    /// <summary>Reads the roll once, and makes a ledger that agrees with it.</summary>
    private static Task<RunResult> SeedAsync(string folder, string data, ServerProcess server)
    {
        var job = JobFile.Parse(BenchData.Job(folder, server.Url, ""), Path.Combine(folder, "job.yaml"), _ => null);
        return RunSession.WithAsync(job, Workplaces.At(data, null), new RunOptions(), SessionKind.Run, async (run, destination) =>
        {
            await new Reading.RollCall(run).ReadAsync(destination, adopts: false, mayBeEmpty: false, CancellationToken.None);
            CompareBench.LedgerOf(run.Db, run.Folder, "ledger/bench/00000001", same: true);
            run.Store.Ledgers.Name(
                new(run.Job.Tag, "ledger/bench/00000001", 1, run.RunId, [], [new(0, run.Db.Number("SELECT count(*) FROM roll"), 0, 0, 0)], null));
            return new RunResult { Job = job.Tag, RunId = run.RunId };
        }, CancellationToken.None);
    }
}

internal static class Workplaces
{
    public static Workplace At(string data, IProgress<RunProgress>? progress) =>
        new() { DataFolder = data, Credentials = a => a.Credentials!, Clock = TimeProvider.System, Logs = NullLoggerFactory.Instance, Progress = progress };
}

/// <summary>When each step was first and last reported.</summary>
internal sealed class StepClock : IProgress<RunProgress>
{
    private readonly Dictionary<string, (TimeSpan First, TimeSpan Last)> _steps = [];
    private readonly long _began = Stopwatch.GetTimestamp();

    public void Report(RunProgress value)
    {
        var now = Stopwatch.GetElapsedTime(_began);
        if (Environment.GetEnvironmentVariable("BENCH_TRACE") is not null)
        {
            Console.Error.WriteLine($"{now.TotalSeconds:N1} {value}");
        }

        _steps[value.Step] = (_steps.TryGetValue(value.Step, out var had) ? had.First : now, now);
    }

    public TimeSpan First(string step) => _steps[step].First;

    public TimeSpan Last(string step) => _steps[step].Last;
}

/// <summary>The discarding server in a process of its own, on a free loopback port.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _http;

    private ServerProcess(Process process, string url)
    {
        _process = process;
        Url = url;
        _http = new HttpClient { BaseAddress = new Uri(url) };
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
            catch (HttpRequestException) when (!server._process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }
    }

    public async Task<JsonElement> CountsAsync() => await _http.GetFromJsonAsync<JsonElement>("/bench");

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _http.Dispose();
    }
}
