using System.Text.Json;
using Rollcall.Model;
using Rollcall.TestKit;
using Rollcall.TestKit.Processes;
using Xunit;

namespace Rollcall.EndToEnd.Tests.Chinook;

/// <summary>The shop's job, run as a user runs it, against a simulated account.</summary>
internal sealed class ShopRuns : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Environment = new() { ["DOTDIGITAL_PASSWORD"] = "demo" };

    private readonly TempFolder _folder;

    private ShopRuns(TempFolder folder, SimulatorProcess simulator)
    {
        _folder = folder;
        Simulator = simulator;
    }

    public SimulatorProcess Simulator { get; }

    public static async Task<ShopRuns> StartAsync(TempFolder folder, IEnumerable<string> sourceLines, params IEnumerable<string> switches)
    {
        var simulator = await SimulatorProcess.StartAsync(folder, ChinookShop.Seed, switches);
        folder.Write("job.yaml", ChinookShop.Job(sourceLines, simulator.Url));
        return new ShopRuns(folder, simulator);
    }

    /// <summary>Runs <c>rollcall</c> in the job's folder.</summary>
    public Task<ProcessResult> RollcallAsync(params IReadOnlyList<string> arguments) => RollcallProcess.RunAsync(_folder.Path, arguments, Environment);

    /// <summary>Plans; fails if the plan writes.</summary>
    public async Task<JsonElement> PlanAsync()
    {
        var calls = Simulator.Calls.Count;
        var plan = (await RollcallAsync("plan", "job.yaml", "--json")).Expect(ExitCode.Done).Json;
        Assert.DoesNotContain(Simulator.Calls.Skip(calls), call => call.IsWrite);
        return plan;
    }

    public async Task<JsonElement> RunAsync() => (await RollcallAsync("run", "job.yaml", "--json")).Expect(ExitCode.Done).Json;

    public async Task<JsonElement> ExplainAsync(string email) => (await RollcallAsync("explain", "chinook", email, "--json")).Expect(ExitCode.Done).Json;

    /// <summary>Every book contains exactly the expected people, with their values.</summary>
    public async Task ExpectBooksAsync(Dictionary<string, Dictionary<string, string>> roll, (string Audience, string Email)[] except)
    {
        foreach (var (audience, members) in roll)
        {
            var book = await BookAsync(audience);
            var expected = members.Keys.Except(except.Where(one => one.Audience == audience).Select(one => one.Email));
            Assert.Equal(
                (book == ChinookShop.NorthAmerica ? expected.Append(ChinookShop.SomebodyElse) : expected).Order(StringComparer.Ordinal),
                (await Simulator.MembersAsync(book)).Order(StringComparer.Ordinal));
        }

        Assert.Equal([ChinookShop.SomebodyElse], await Simulator.MembersAsync(1003));
        foreach (var (email, values) in roll.Values.SelectMany(members => members).DistinctBy(member => member.Key))
        {
            var fields = (await Simulator.ContactAsync(email)).GetProperty("dataFields");
            Assert.Equal(
                $"{email}|{values}",
                FormattableString.Invariant(
                    $"{email}|{fields.GetProperty("FIRSTNAME")}|{fields.GetProperty("CITY")}|{fields.GetProperty("LIFETIME_SPEND").GetDouble()}"));
        }
    }

    /// <summary>The run's status file contains the exact result of each person, in the format of the stream.</summary>
    public async Task ExpectStatusAsync(JsonElement run, IEnumerable<(string Email, string Audience, string Status)> expected)
    {
        var lines = (await File.ReadAllLinesAsync(_folder[$"status-{run.GetProperty("run_id").GetString()}.jsonl"], TestContext.Current.CancellationToken))
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();
        Assert.All(lines,
        line => {
            Assert.Equal(
                ["account_id", "account_status", "address_book_id", "address_book_status", "email", "event_id"],
                line.EnumerateObject().Select(property => property.Name).Order());
            Assert.Equal(1001, line.GetProperty("account_id").GetInt32());
            Assert.Equal("Subscribed", line.GetProperty("account_status").GetString());
        });
        Assert.Equal(lines.Count, lines.Select(line => line.GetProperty("event_id").GetString()).Distinct().Count());
        var named = new List<string>();
        foreach (var (email, audience, status) in expected)
        {
            named.Add($"{email} {await BookAsync(audience)} {status}");
        }

        Assert.Equal(
            named.Order(StringComparer.Ordinal),
            lines.Select(
                line => $"{line.GetProperty("email").GetString()} {line.GetProperty("address_book_id").GetInt64()} "
                    + $"{line.GetProperty("address_book_status").GetString()}").Order(StringComparer.Ordinal));
    }

    public ValueTask DisposeAsync() => Simulator.DisposeAsync();

    private async Task<long> BookAsync(string audience) => audience switch
    {
        "north_america" => ChinookShop.NorthAmerica,
        "jazz_lovers" => ChinookShop.JazzLovers,
        _ => await Simulator.BookAsync(ChinookShop.BigSpenders),
    };
}
