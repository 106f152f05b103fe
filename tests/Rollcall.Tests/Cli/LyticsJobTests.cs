using System.Text.Json;
using Rollcall.Simulators;
using Rollcall.Simulators.Lytics;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.Tests.Cli;

/// <summary>A job with a Lytics source on the command line.</summary>
public sealed class LyticsJobTests : IAsyncLifetime
{
    private readonly RecordedTerminal _terminal = new(environment: new Dictionary<string, string> { ["LYTICS_TOKEN"] = "lytics-secret-1" });
    private DotdigitalSimulator _dotdigital = null!;
    private LyticsSimulator _lytics = null!;

    public async ValueTask InitializeAsync()
    {
        _dotdigital = await DotdigitalSimulator.StartAsync(new SimulatorOptions { UserName = Some.Username, Password = Some.Password });
        _lytics = await LyticsSimulator.StartAsync(new LyticsSimulatorOptions
        {
            Token = "lytics-secret-1",
            Seed = new LyticsSeed { Audiences = [new SeedAudience { Id = "a01", Slug = "gold", Generate = 12 }] },
        });
        _dotdigital.Account.AddBook("Gold");
    }

    public async ValueTask DisposeAsync()
    {
        await _lytics.DisposeAsync();
        await _dotdigital.DisposeAsync();
        _terminal.Dispose();
    }

    [Fact]
    public async Task Check_says_the_size_and_calls_the_job_in_order()
    {
        Assert.Equal(0, await _terminal.RunAsync("check", Write("gold")));
        Assert.Contains("· audience gold: 12 profiles.", _terminal.Output, StringComparison.Ordinal);
        Assert.Contains("is valid", _terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_audience_is_exit_3_with_the_nearest_name()
    {
        Assert.Equal(3, await _terminal.RunAsync("check", Write("golt")));
        Assert.Contains("Did you mean gold?", _terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_in_JSON_has_the_size_as_a_note()
    {
        Assert.Equal(0, await _terminal.RunAsync("check", Write("gold"), "--json"));
        var problem = Assert.Single(JsonDocument.Parse(_terminal.Output).RootElement.GetProperty("problems").EnumerateArray());
        Assert.Equal(("note", "12 profiles."), (problem.GetProperty("severity").GetString(), problem.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task Plan_shows_the_scan_when_there_is_no_SQL()
    {
        Assert.Equal(0, await _terminal.RunAsync("plan", Write("gold"), "--sql"));
        Assert.Contains($"-- GET {_lytics.Url.AbsoluteUri}api/segment/gold/scan?limit=100&fields=email&splits=0", _terminal.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("lytics-secret-1", _terminal.Output + _terminal.Errors, StringComparison.Ordinal);
    }

    private string Write(string audience) => _terminal.Folder.Write(
        "job.yaml",
        $$"""
        tag: lytics
        authorization: {username: {{Some.Username}}, password: {{Some.Password}}, endpoint: "{{_dotdigital.Url}}"}
        source: { lytics: { token: "${LYTICS_TOKEN}", url: "{{_lytics.Url}}" } }
        config:
          segment_ids: [{{audience}}]
          seg_mappings: [ { {{audience}}: { name: Gold } } ]
          email_field: email
        """);
}
