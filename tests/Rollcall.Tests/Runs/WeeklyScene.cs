using System.Net.Http.Headers;
using System.Text;
using Rollcall.Model;
using Rollcall.Simulators;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>A scene in which weeks pass, for Rollcall and for Dotdigital, with manual changes of contacts meanwhile.</summary>
internal sealed class WeeklyScene : IAsyncDisposable
{
    private WeeklyScene(ExportScene export, LeapingClock clock)
    {
        (Export, Clock) = (export, clock);
        export.Clock = clock;
    }

    public ExportScene Export { get; }

    public LeapingClock Clock { get; }

    public SimulatedAccount Account => Export.Account;

    public int Gold => Export.Gold;

    public static async Task<WeeklyScene> StartAsync(string? more = null, Func<SimulatorOptions, SimulatorOptions>? options = null)
    {
        var clock = new LeapingClock();
        var export = await ExportScene.StartAsync(o => (options?.Invoke(o) ?? o) with { Clock = clock });
        export.More = more ?? "";
        return new WeeklyScene(export, clock);
    }

    public void Set(string audience, params IEnumerable<string> rows) => Export.Set(audience, rows);

    public Task<RunResult> RunAsync(params IEnumerable<string> allow) => Export.RunAsync(allow);

    /// <summary>Runs when a week has passed and the books are read to their end.</summary>
    public Task<RunResult> LaterAsync(params IEnumerable<string> allow)
    {
        Clock.Ahead += TimeSpan.FromDays(8);
        return Export.RunAsync(allow);
    }

    public Task<Explanation> ExplainAsync(string email) => Export.ExplainAsync(email);

    public IReadOnlyList<string> InGold() => Export.In(Gold);

    /// <summary>A marketer brings a contact back from the recycle bin.</summary>
    public async Task RestoreAsync(string email)
    {
        using var http = new HttpClient { BaseAddress = Export.Simulator.Url };
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"contacts/v3/email/{Uri.EscapeDataString(email)}")
        {
            Content = new StringContent($$$"""{"identifiers":{"email":"{{{email}}}"}}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Some.Username}:{Some.Password}")));
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }

    public ValueTask DisposeAsync() => Export.DisposeAsync();
}
