using System.Collections.Concurrent;
using System.Diagnostics;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Simulators;

namespace Rollcall.Bench;

/// <summary>
/// Single adds under a limit of 600 a minute, alone and beside a bulk job of the same account. Real minutes: the simulator's windows are the clock's.
/// </summary>
internal static class DirectBench
{
    private const int Limit = 600;
    private const int BulkMembers = 20_000;

    public static async Task<int> RunAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        await AloneAsync(Path.Combine(folder, "alone"));
        await SharedAsync(Path.Combine(folder, "shared"));
        return Measure.Code;
    }

    private static async Task AloneAsync(string folder)
    {
        await using var simulator = await StartAsync();
        using var counted = new CountedAnswers();
        var began = Stopwatch.GetTimestamp();
        var result = await ExportRun.ExecuteAsync(Job(simulator, folder, "single", 1_900, "Gold", singly: true), new RunOptions(), At(folder, counted));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        Measure.Row(
            "single adds, 600 a minute",
            $"{counted.Sustained()}; {result.Audiences[0].Entered:N0} entered in {seconds:N0} s; {counted.Refused} answers 429");
        counted.Judge("single adds alone");
    }

    private static async Task SharedAsync(string folder)
    {
        TimeSpan alone;
        await using (var quiet = await StartAsync())
        {
            alone = await TimeAsync(quiet, Path.Combine(folder, "quiet"), null);
        }

        await using var simulator = await StartAsync();
        using var counted = new CountedAnswers();
        var single = ExportRun.ExecuteAsync(Job(simulator, folder, "single", 1_900, "Gold", singly: true), new RunOptions(), At(folder, counted));
        await counted.ManyAsync(300);
        var beside = await TimeAsync(simulator, folder, counted);
        await single;
        Measure.Row("single adds beside a bulk job", $"{counted.Sustained()}; {counted.Refused} answers 429");
        counted.Judge("single adds beside a bulk job");
        Measure.Row("the bulk job beside them", $"{beside.TotalSeconds:N1} s for {BulkMembers:N0} members, {alone.TotalSeconds:N1} s alone");
    }

    private static async Task<TimeSpan> TimeAsync(DotdigitalSimulator simulator, string folder, CountedAnswers? counted)
    {
        var began = Stopwatch.GetTimestamp();
        await ExportRun.ExecuteAsync(Job(simulator, folder, "bulk", BulkMembers, "Silver", singly: false), new RunOptions(), At(folder, counted));
        return Stopwatch.GetElapsedTime(began);
    }

    private static Workplace At(string folder, CountedAnswers? counted) => Workplaces.At(Path.Combine(folder, "data"), null) with { Http = counted };

    private static async Task<DotdigitalSimulator> StartAsync()
    {
        var simulator = await DotdigitalSimulator.StartAsync(new SimulatorOptions { MediumLimit = Limit });
        simulator.Account.AddBook("Gold");
        simulator.Account.AddBook("Silver");
        return simulator;
    }

    private static Job Job(DotdigitalSimulator simulator, string folder, string tag, int members, string book, bool singly)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllLines(Path.Combine(folder, tag + ".csv"), Enumerable.Range(0, members).Select(i => $"{tag}{i}@example.com,Someone").Prepend("email,name"));
        return JobFile.Parse(
            $$"""
            tag: {{tag}}
            authorization: {username: demo, password: demo, endpoint: "{{simulator.Url}}"}
            source: { tables: { files: { people: {{tag}}.csv }, audiences: { people: { from: people } } } }
            config:
              segment_ids: [people]
              seg_mappings: [ { people: { name: {{book}} } } ]
              mappings: [{name: FIRSTNAME}]
              email_field: email
              trigger_join: {{(singly ? "true" : "false")}}
            guards: {max_mails: none}
            """,
            Path.Combine(folder, tag + ".yaml"),
            _ => null);
    }

    /// <summary>Counts the answers to adds by the window that the server says it counted them in.</summary>
    private sealed class CountedAnswers() : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        private readonly ConcurrentDictionary<long, int> _adds = new();
        private int _refused;

        public int Refused => _refused;

        /// <summary>The share of the limit in each whole window: the first and the last are begun and ended in the middle.</summary>
        public string Sustained() => $"{Share:P1} of the limit over {Whole.Count} whole minutes";

        /// <summary>Holds what was sustained, and the refusals, to their bars.</summary>
        public void Judge(string what)
        {
            Measure.Bar(what, $"{Share:P1}", Share >= 0.97, "at least 97 % of the limit");
            Measure.Bar(what, $"{_refused} answers 429", _refused == 0, "none");
        }

        private List<int> Whole => [.. _adds.OrderBy(w => w.Key).Skip(1).SkipLast(1).Select(w => w.Value)];

        private double Share => Whole.Average() / Limit;

        public async Task ManyAsync(int count)
        {
            while (_adds.Values.Sum() < count)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (response.StatusCode == System.Net.HttpStatusCode.TooManyRequests)
            {
                Interlocked.Increment(ref _refused);
            }
            else if (request.Method == HttpMethod.Post && request.RequestUri!.AbsolutePath.EndsWith("/contacts", StringComparison.Ordinal))
            {
                _adds.AddOrUpdate(
                    long.Parse(response.Headers.GetValues("X-RateLimit-Reset").Single(), System.Globalization.CultureInfo.InvariantCulture),
                    1,
                    (_, n) => n + 1);
            }

            return response;
        }
    }
}
