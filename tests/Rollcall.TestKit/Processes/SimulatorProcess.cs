using System.Net.Http.Json;
using System.Text.Json;
using Rollcall.TestKit.Specifications;

namespace Rollcall.TestKit.Processes;

/// <summary>A simulated Dotdigital or Lytics in a separate process, as started by <c>rollcall simulate</c>, accessed only over HTTP.</summary>
public sealed class SimulatorProcess : IAsyncDisposable
{
    private readonly RollcallProcess _process;
    private readonly HttpClient _http;
    private readonly string _log;

    private SimulatorProcess(RollcallProcess process, string url, string log)
    {
        _process = process;
        _http = new HttpClient { BaseAddress = new Uri(url) };
        _log = log;
        Url = url;
    }

    /// <summary>
    /// Where it listens, without a trailing slash. Dotdigital's API user is <c>demo</c>, its password <c>demo</c>; Lytics' token is <c>demo</c>.
    /// </summary>
    public string Url { get; }

    /// <summary>Every call so far.</summary>
    public IReadOnlyList<LoggedCall> Calls => RequestLog.Read(_log);

    /// <summary>Starts a Dotdigital on a free port and waits until it listens.</summary>
    /// <param name="folder">Where its seed and its request log go.</param>
    /// <param name="seed">The initial content of the account, in the format of the switch <c>--seed</c>.</param>
    /// <param name="switches">Further switches.</param>
    public static Task<SimulatorProcess> StartAsync(TempFolder folder, string seed, params IEnumerable<string> switches)
    {
        var log = folder["requests.jsonl"];
        return ListenAsync(folder, log, ["simulate", "dotdigital", "--seed", folder.Write("seed.json", seed), "--request-log", log, .. switches]);
    }

    /// <summary>Starts a Lytics, which only logs its requests if a switch is set.</summary>
    public static Task<SimulatorProcess> StartLyticsAsync(TempFolder folder, string seed, params IEnumerable<string> switches) =>
        ListenAsync(folder, "", ["simulate", "lytics", "--seed", folder.Write("lytics-seed.json", seed), .. switches]);

    private static async Task<SimulatorProcess> ListenAsync(TempFolder folder, string log, IEnumerable<string> arguments)
    {
        var process = RollcallProcess.Start(folder.Path, [.. arguments, "--urls", "http://127.0.0.1:0"]);
        await PollUntil.TrueAsync(
            () => ValueTask.FromResult(process.HasExited || process.Output.Contains('\n', StringComparison.Ordinal)),
            () => $"the simulator's address\n{process.Errors}");
        return process.HasExited
            ? throw new InvalidOperationException($"The simulator ended.\n{process.Output}\n{process.Errors}")
            : new SimulatorProcess(process, process.Output.Split('\n')[0], log);
    }

    /// <summary>The people subscribed to a book.</summary>
    public async Task<IReadOnlySet<string>> MembersAsync(long book) =>
        (await StateAsync($"?book={book}")).GetProperty("contacts").EnumerateArray()
            .Where(contact => contact.GetProperty("books").GetProperty(book.ToString()).GetString() == "Subscribed")
            .Select(contact => contact.GetProperty("email").GetString()!)
            .ToHashSet();

    /// <summary>The id of a book, by its name.</summary>
    public async Task<long> BookAsync(string name) =>
        (await StateAsync("")).GetProperty("books").EnumerateArray().Single(book => book.GetProperty("name").GetString() == name).GetProperty("id").GetInt64();

    /// <summary>A contact as it is, in the form of the seed.</summary>
    public async Task<JsonElement> ContactAsync(string email) =>
        (await StateAsync("?email=" + Uri.EscapeDataString(email))).GetProperty("contacts").EnumerateArray().Single();

    /// <summary>A profile of the simulated Lytics.</summary>
    public Task<JsonElement> ProfileAsync(string id) =>
        _http.GetFromJsonAsync<JsonElement>("/simulator/profiles/" + Uri.EscapeDataString(id), Xunit.TestContext.Current.CancellationToken);

    /// <summary>What happened to people so far: joins, confirmations, contacts deleted, ...</summary>
    public Task<JsonElement> CountersAsync() => _http.GetFromJsonAsync<JsonElement>("/simulator/counters", Xunit.TestContext.Current.CancellationToken);

    /// <summary>Makes a manual change: <c>contacts/{email}/unsubscribe?book=1001</c>, <c>options</c>, ...</summary>
    public async Task ActAsync(string path, object? body = null)
    {
        using var response = await _http.PostAsJsonAsync("/simulator/" + path, body, Xunit.TestContext.Current.CancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{path}: {await response.Content.ReadAsStringAsync(Xunit.TestContext.Current.CancellationToken)}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }

    private Task<JsonElement> StateAsync(string query) =>
        _http.GetFromJsonAsync<JsonElement>("/simulator/state" + query, Xunit.TestContext.Current.CancellationToken);
}
