using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Jobs;
using Rollcall.Lytics;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Running;
using Rollcall.Simulators;
using Rollcall.Simulators.Lytics;
using Rollcall.TestKit;
using Rollcall.Tests.Runs;
using Xunit;

namespace Rollcall.Tests.Lytics;

/// <summary>Whole exports from a simulated Lytics, which is strict about calls, to a simulated Dotdigital.</summary>
public sealed class SimulatedLyticsTests : IAsyncLifetime
{
    private const string Token = "simulated-token";

    private readonly TempFolder _folder = new();
    private LyticsSimulator _lytics = null!;
    private DotdigitalSimulator _dotdigital = null!;
    private int _gold;
    private int _silver;
    private Action? _beforeSplits;

    public async ValueTask InitializeAsync()
    {
        _dotdigital = await DotdigitalSimulator.StartAsync(new SimulatorOptions
        {
            UserName = Some.Username,
            Password = Some.Password,
            ImportLatency = TimeSpan.Zero,
            ImportLatencyPerContact = TimeSpan.Zero,
            DeletionLatency = TimeSpan.Zero,
        });
        _lytics = await LyticsSimulator.StartAsync(new LyticsSimulatorOptions
        {
            Token = Token,
            Seed = new LyticsSeed
            {
                Audiences = [new SeedAudience { Id = "a01", Slug = "gold", Generate = 3_000 },
                    new SeedAudience { Id = "a02", Slug = "silver", From = 2_001, Generate = 1_500 }],
            },
        });
        (_gold, _silver) = (_dotdigital.Account.AddBook("Gold"), _dotdigital.Account.AddBook("Silver"));
        _dotdigital.Account.AddDataField("SPEND", "Numeric");
        _dotdigital.Account.AddDataField("VIP", "Boolean");
        _dotdigital.Account.AddDataField("JOINED", "Date");
    }

    public async ValueTask DisposeAsync()
    {
        await _lytics.DisposeAsync();
        await _dotdigital.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Check_finds_the_job_in_order_and_says_the_sizes()
    {
        var problems = await JobCheck.RunAsync(Job(), Workplace(), TestContext.Current.CancellationToken);

        Assert.Equal(["audience gold: 3,000 profiles.", "audience a02: 1,500 profiles."], problems.Select(problem => problem.ToString()));
    }

    [Fact]
    public async Task A_first_run_then_changes_entries_and_exits()
    {
        var first = await RunAsync();
        _lytics.Account.ChangeGenerated(1, 20);
        _lytics.Account.ExitGenerated("gold", 101, 50);
        _lytics.Account.EnterGenerated("silver", 10, 5);

        var second = await RunAsync();
        var third = await RunAsync();

        Assert.Equal([(3_000L, 3_000L, 0L, 0L), (1_500L, 1_500L, 0L, 0L)], Counts(first));
        Assert.Equal((50L, 5L), (second.Audiences[0].Exited, second.Audiences[1].Entered));
        Assert.Equal([(2_950L, 0L, 0L, 0L), (1_505L, 0L, 0L, 0L)], Counts(third));
        Assert.Equal((2_950, 1_505), (_dotdigital.Account.Members(_gold).Count, _dotdigital.Account.Members(_silver).Count));
        Assert.All([first, second, third], run => Assert.Equal(ExitCode.Done, run.ExitCode));
    }

    [Fact]
    public async Task A_person_missed_by_one_scan_is_found_by_the_next_and_stays()
    {
        await RunAsync();
        _lytics.Account.ExitGenerated("gold", 9, 1);

        // The first page, which only determines the size of the audience, does not count.
        _beforeSplits = () => _lytics.Account.MissInNextScan("gold", "person7", "person8");

        var second = await RunAsync();

        Assert.Null(_beforeSplits);

        Assert.Equal(1, second.Audiences[0].Exited);
        Assert.Contains("person7@example.com", _dotdigital.Account.Members(_gold));
        Assert.DoesNotContain("person9@example.com", _dotdigital.Account.Members(_gold));
        Assert.Equal(ExitCode.Done, second.ExitCode);
    }

    [Fact]
    public async Task Scans_cut_short_hold_exits_and_the_next_run_makes_up_for_it()
    {
        await RunAsync();
        _lytics.Account.ExitGenerated("gold", 1, 5);
        _lytics.Account.EnterGenerated("gold", 9_001, 3);
        _lytics.Account.Options = _lytics.Account.Options with { CutAfterPages = 1, CutTimes = 15 };

        var held = await RunAsync();
        _lytics.Account.Options = _lytics.Account.Options with { CutAfterPages = null };
        var after = await RunAsync();

        Assert.Equal((0L, ExitCode.SomeNotDelivered), (held.Audiences[0].Exited, held.ExitCode));
        Assert.Contains(held.Notices, notice => notice.StartsWith("Exits from \"Gold\" wait", StringComparison.Ordinal));
        Assert.Equal((5L, ExitCode.Done), (after.Audiences[0].Exited, after.ExitCode));
        Assert.Equal(2_998, _dotdigital.Account.Members(_gold).Count);
    }

    [Fact]
    public async Task Stale_tokens_and_too_many_calls_lose_nobody_and_count_nobody_twice()
    {
        _lytics.Account.Options = _lytics.Account.Options with { StaleAfterPages = 1, StaleTimes = 1, MaxAtOnce = 3 };

        var first = await RunAsync();

        Assert.Equal([(3_000L, 3_000L, 0L, 0L), (1_500L, 1_500L, 0L, 0L)], Counts(first));
        Assert.Equal(ExitCode.Done, first.ExitCode);
    }

    [Fact]
    public async Task Refusals_and_broken_connections_now_and_then_lose_nobody()
    {
        _lytics.Account.AddFaults(
            new Fault { Operation = "scanSegment", Every = 19, Kind = FaultKind.Refuse, Status = 429 },
            new Fault { Operation = "scanSegment", Every = 23, Kind = FaultKind.DropBefore },
            new Fault { Operation = "scanSegment", Every = 29, Kind = FaultKind.DropAfter },
            new Fault { Operation = "scanSegment", Every = 31, Kind = FaultKind.Refuse, Status = 502 });

        var first = await RunAsync();

        Assert.Equal([(3_000L, 3_000L, 0L, 0L), (1_500L, 1_500L, 0L, 0L)], Counts(first));
    }

    [Fact]
    public async Task Lytics_down_is_exit_3_and_nobody_exits()
    {
        await RunAsync();
        _lytics.Account.ExitGenerated("gold", 1, 500);
        _lytics.Account.Options = _lytics.Account.Options with { Down = true };

        var stop = await Assert.ThrowsAsync<RollcallException>(RunAsync);

        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.Equal(3_000, _dotdigital.Account.Members(_gold).Count);
    }

    [Fact]
    public async Task Statuses_arrive_in_the_profiles_as_the_default_mapping_has_them()
    {
        var first = await RunAsync();
        await RunAsync();
        var account = new SimulatorOptions().AccountId;

        Assert.Equal(ExitCode.Done, first.ExitCode);
        Assert.Equal(4_500, _lytics.Account.Events().Count);
        var profile = System.Text.Json.JsonDocument.Parse(_lytics.Account.Profile("person2500")).RootElement;
        Assert.Equal("Subscribed", profile.GetProperty("dm_account_status").GetProperty($"{account}").GetString());
        Assert.Equal("Subscribed", profile.GetProperty("dm_addressbook_status").GetProperty($"{account}_{_gold}").GetString());
        Assert.Equal("Subscribed", profile.GetProperty("dm_addressbook_status").GetProperty($"{account}_{_silver}").GetString());
    }

    [Fact]
    public async Task Rejected_events_are_sent_again_by_the_next_run()
    {
        _lytics.Account.Options = _lytics.Account.Options with { RejectEvery = 1_000 };
        var first = await RunAsync();
        _lytics.Account.Options = _lytics.Account.Options with { RejectEvery = null };

        var second = await RunAsync();

        Assert.Equal((ExitCode.SomeNotDelivered, ExitCode.Done), (first.ExitCode, second.ExitCode));
        Assert.Equal(
            4_500, _lytics.Account.Events().Select(one => System.Text.Json.JsonDocument.Parse(one.Json).RootElement.GetProperty("event_id").GetString())
            .Distinct().Count());
    }

    [Fact]
    public async Task Events_rejected_twice_are_given_up_and_keep_nobody_waiting()
    {
        _lytics.Account.Options = _lytics.Account.Options with { RejectEvery = 1_000 };
        await RunAsync();
        _lytics.Account.ChangeGenerated(1, 1);

        var second = await RunAsync();
        _lytics.Account.Options = _lytics.Account.Options with { RejectEvery = null };
        var third = await RunAsync();

        Assert.Contains(second.Notices, notice => notice.Contains("a second time: they are given up", StringComparison.Ordinal));
        Assert.Equal((ExitCode.Done, ExitCode.Done), (second.ExitCode, third.ExitCode));
    }

    private static IEnumerable<(long Members, long Entered, long Updated, long Exited)> Counts(RunResult run) =>
        run.Audiences.Select(one => (one.Members, one.Entered, one.Updated, one.Exited));

    private Task<RunResult> RunAsync() => ExportRun.ExecuteAsync(Job(), new RunOptions(), Workplace(), TestContext.Current.CancellationToken).InWords(Job());

    private Workplace Workplace() => new()
    {
        DataFolder = _folder["data"],
        Credentials = a => a.Credentials!,
        Clock = TimeProvider.System,
        Logs = NullLoggerFactory.Instance,
        Platform = new LyticsPlatform(new HastyClock(), NullLoggerFactory.Instance, _beforeSplits is null ? null : new Hook(this)),
    };

    private sealed class Hook(SimulatedLyticsTests test) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.Query.Contains("splits=", StringComparison.Ordinal))
            {
                Interlocked.Exchange(ref test._beforeSplits, null)?.Invoke();
            }

            return base.SendAsync(request, cancellationToken);
        }
    }

    private Job Job() => JobFile.Parse(
        $$"""
        tag: scene
        authorization: {username: {{Some.Username}}, password: {{Some.Password}}, endpoint: "{{_dotdigital.Url}}"}
        source: { lytics: { token: {{Token}}, url: "{{_lytics.Url}}" } }
        config:
          segment_ids: [gold, a02]
          seg_mappings: [{gold: "{{_gold}}"}, {a02: "{{_silver}}"}]
          mappings: [{first_name: FIRSTNAME}, {total_spend: SPEND}, {vip: VIP}, {joined: JOINED}]
          email_field: email
          exit_action: remove
          sync_status: true
        status_sink: { lytics: { token: {{Token}}, url: "{{_lytics.Url}}" } }
        """,
        _folder["job.yaml"],
        _ => null);
}
