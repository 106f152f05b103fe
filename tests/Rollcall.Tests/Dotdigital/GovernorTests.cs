using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Rollcall.Dotdigital;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

public sealed class GovernorTests
{
    private const int BeforeFirstAnswer = DotdigitalLimits.CallsBeforeFirstAnswer;

    private static readonly Gen<TimeSpan> Skew = Gen.Int[-100_000_000, 100_000_000].Select(ms => TimeSpan.FromMilliseconds(ms));
    private static readonly Gen<TimeSpan> Latency = Gen.Int[0, 8_000].Select(ms => TimeSpan.FromMilliseconds(ms));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Alone_on_an_account_no_window_is_ever_exceeded_and_nothing_waits_for_ever() =>
        Gen.Select(Gen.Int[BeforeFirstAnswer, 60], Gen.Int[1, 20], Skew, Latency, Gen.Int).Sample(
            (limit, atOnce, skew, latency, seed) =>
            {
                var world = new SimulatedWindows(seed) { Limit = limit, Skew = skew, Latency = latency };
                world.AddCaller("a", 1, atOnce);
                world.AddCaller("b", 1, 2);
                world.Run(TimeSpan.FromMinutes(4));
                Assert.Equal(0, world.Refused);
                Assert.All(world.Accepted.Values, count => Assert.InRange(count, 1, limit));
                Assert.InRange(world.Accepted.Count, 4, 5);
            },
            iter: 200);

    [Fact]
    public void A_job_keeps_to_its_share_of_every_window() =>
        Gen.Select(Gen.Int[BeforeFirstAnswer, 60], Gen.Double[0.01, 0.99], Skew, Latency, Gen.Int).Sample(
            (limit, share, skew, latency, seed) =>
            {
                var world = new SimulatedWindows(seed) { Limit = limit, Skew = skew, Latency = latency };
                world.AddCaller("small", share, 10);
                world.Run(TimeSpan.FromMinutes(4));
                var most = Math.Max(1, (int)(limit * share));

                // The calls before the first answer may arrive in the first window or the next.
                var second = world.Accepted.Keys.Min() + 60;
                Assert.All(world.Accepted, window => Assert.InRange(window.Value, 0, window.Key <= second ? Math.Max(most, BeforeFirstAnswer) : most));
                Assert.Equal(0, world.Refused);
            },
            iter: 200);

    [Fact]
    public void With_other_users_no_call_is_sent_in_a_window_known_to_be_used_up() =>
        Gen.Select(Gen.Int[BeforeFirstAnswer, 60], Gen.Double[0, 0.3], Skew, Latency, Gen.Int).Sample(
            (limit, others, skew, latency, seed) =>
            {
                var world = new SimulatedWindows(seed) { Limit = limit, Skew = skew, Latency = latency, Others = others };
                world.AddCaller("a", 1, 8);
                world.Run(TimeSpan.FromMinutes(4));
                Assert.Equal(0, world.SentKnowingBetter);
            },
            iter: 200);

    [Theory]
    [InlineData(35, 4, 300)]
    [InlineData(120, 8, 1_000)]
    [InlineData(300, 32, 2_000)]
    public void Alone_it_uses_at_least_97_percent_of_the_limit(int limit, int atOnce, int latency)
    {
        var world = new SimulatedWindows(7) { Limit = limit, Skew = TimeSpan.FromSeconds(12.3), Latency = TimeSpan.FromMilliseconds(latency) };
        world.AddCaller("a", 1, atOnce);
        world.Run(TimeSpan.FromMinutes(21));
        var whole = world.Accepted.OrderBy(window => window.Key).Skip(1).Take(19).Sum(window => window.Value);
        Assert.InRange(whole, (int)(0.97 * limit * 19), limit * 19);
        Assert.Equal(0, world.Refused);
    }

    [Fact]
    public void Jobs_share_a_window_fairly_however_much_each_wants()
    {
        var world = new SimulatedWindows(3) { Limit = 40, Latency = TimeSpan.FromMilliseconds(500) };
        world.AddCaller("greedy", 1, 30);
        world.AddCaller("modest", 1, 20);
        world.Run(TimeSpan.FromMinutes(6));
        foreach (var window in world.Accepted.Keys.Order().Skip(1).Take(4))
        {
            Assert.InRange(world.AcceptedByJob[("modest", window)], 16, 24);
        }
    }

    [Fact]
    public async Task Real_time_calls_go_before_batch_calls_that_came_earlier()
    {
        var clock = Connected.NewClock();
        var governor = new Governor(clock);
        (await EnterAsync(governor)).Answered(Told(clock, limit: 5, left: 0), null);
        var batch = EnterAsync(governor, priority: CallPriority.Batch);
        var realTime = EnterAsync(governor, priority: CallPriority.RealTime);
        var more = Enumerable.Range(0, 4).Select(_ => EnterAsync(governor, priority: CallPriority.RealTime)).ToList();
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.True(realTime.IsCompletedSuccessfully);
        Assert.All(more, task => Assert.True(task.IsCompletedSuccessfully));
        Assert.False(batch.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        (await realTime).Answered(Told(clock, limit: 5, left: 0), null);
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.True(batch.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task The_last_calls_of_a_window_are_kept_for_events_and_for_a_job_that_had_none()
    {
        var clock = Connected.NewClock();
        var governor = new Governor(clock);
        (await EnterAsync(governor)).Answered(Told(clock, limit: 100, left: 99), null);
        var batch = Enumerable.Range(0, 120).Select(_ => EnterAsync(governor)).ToList();
        Assert.Equal(97, batch.Count(call => call.IsCompletedSuccessfully));

        Assert.True(EnterAsync(governor, job: "another").IsCompletedSuccessfully);
        Assert.True(EnterAsync(governor, priority: CallPriority.RealTime).IsCompletedSuccessfully);
        Assert.False(EnterAsync(governor, priority: CallPriority.RealTime).IsCompleted);
    }

    [Fact]
    public async Task Before_the_first_answer_only_a_few_calls_go_out()
    {
        var governor = new Governor(Connected.NewClock());
        var calls = Enumerable.Range(0, BeforeFirstAnswer + 1).Select(_ => EnterAsync(governor)).ToList();
        Assert.Equal(BeforeFirstAnswer, calls.Count(call => call.IsCompletedSuccessfully));
        (await calls[0]).Answered(RateHeaders.None, null);
        Assert.True(calls[^1].IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Without_any_headers_nothing_is_held_back()
    {
        var governor = new Governor(Connected.NewClock());
        (await EnterAsync(governor)).Answered(RateHeaders.None, null);
        for (var i = 0; i < 3_000; i++)
        {
            Assert.True(EnterAsync(governor).IsCompletedSuccessfully);
        }
    }

    [Fact]
    public async Task An_operation_counts_in_the_tier_the_answer_names()
    {
        var clock = Connected.NewClock();
        var governor = new Governor(clock);
        (await EnterAsync(governor, "odd", CallTier.High)).Answered(Told(clock, limit: 2, left: 1), null);
        Assert.Equal(2, governor.LimitOf(CallTier.Low));
        Assert.Null(governor.LimitOf(CallTier.High));
        Assert.True(EnterAsync(governor, "odd", CallTier.High).IsCompletedSuccessfully);
        Assert.False(EnterAsync(governor, "odd", CallTier.High).IsCompleted);
        Assert.True(EnterAsync(governor, "other", CallTier.High).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task The_flat_limit_holds_calls_of_every_tier_for_a_minute_first()
    {
        var clock = Connected.NewClock();
        var governor = new Governor(clock);
        (await EnterAsync(governor)).Answered(RateHeaders.None, FailureCause.FlatLimit);
        var waits = new CollectedWaits();
        var held = governor.EnterAsync(new GovernedCall("poll", CallTier.Unlimited, "a", CallPriority.Batch, 1), waits, Cancellation).AsTask();
        Assert.Contains("last hour", Assert.Single(waits.All).Reason, StringComparison.Ordinal);
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(held.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.True(held.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_caller_that_cancels_uses_up_no_call()
    {
        var clock = Connected.NewClock();
        var governor = new Governor(clock);
        (await EnterAsync(governor)).Answered(Told(clock, limit: 1, left: 0), null);
        using var patience = new CancellationTokenSource();
        var impatient = governor.EnterAsync(new GovernedCall("op", CallTier.Low, "a", CallPriority.Batch, 1), null, patience.Token).AsTask();
        var patient = EnterAsync(governor);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.True(patient.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_call_that_ends_without_an_answer_still_counts()
    {
        var clock = Connected.NewClock();
        var governor = new Governor(clock);
        (await EnterAsync(governor)).Answered(Told(clock, limit: 2, left: 1), null);
        (await EnterAsync(governor)).Dispose();
        Assert.False(EnterAsync(governor).IsCompleted);
    }

    [Fact]
    public void Accounts_have_a_governor_each_and_clients_of_one_account_the_same()
    {
        var governors = new Governors(Connected.NewClock());
        var one = new Account { Id = 1, Endpoint = new Uri("https://r1-api.dotdigital.com/") };
        Assert.Same(governors.For(one), governors.For(one with { Name = "again" }));
        Assert.NotSame(governors.For(one), governors.For(one with { Id = 2 }));
    }

    [Theory]
    [InlineData("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-Scope")]
    [InlineData("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-scope")]
    [InlineData("X-RATELIMIT-LIMIT", "X-RATELIMIT-REMAINING", "X-RATELIMIT-RESET", "X-RATELIMIT-SCOPE")]
    public void Headers_are_read_in_any_case(string limit, string remaining, string reset, string scope)
    {
        using var response = ScriptedDotdigital.Reply(200, "", (limit, "35"), (remaining, "7"), (reset, "1777636860"), (scope, "mediumCallRate"));
        Assert.Equal(new RateHeaders(CallTier.Medium, 35, 7, 1777636860, null, null), RateHeaders.Of(response));
    }

    [Fact]
    public void Headers_that_make_no_sense_are_not_reported()
    {
        using var response = ScriptedDotdigital.Reply(
            200, "", ("X-RateLimit-Limit", "many"), ("X-RateLimit-Remaining", "-1"), ("X-RateLimit-Reset", "99999999999999999999"),
            ("X-RateLimit-Scope", "wild"));
        Assert.Equal(RateHeaders.None, RateHeaders.Of(response));
    }

    [Fact]
    public void A_reset_is_measured_from_the_answers_date_and_never_longer_than_an_hour()
    {
        var date = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var now = Connected.NewClock().GetUtcNow();
        Assert.Equal(TimeSpan.FromSeconds(42), (RateHeaders.None with { Date = date, Reset = date.ToUnixTimeSeconds() + 42 }).UntilReset(now));
        Assert.Equal(TimeSpan.Zero, (RateHeaders.None with { Date = date, Reset = date.ToUnixTimeSeconds() - 42 }).UntilReset(now));
        Assert.Equal(TimeSpan.FromHours(1), (RateHeaders.None with { Date = date, Reset = long.MaxValue }).UntilReset(now));
        Assert.Equal(TimeSpan.FromSeconds(5), (RateHeaders.None with { Reset = now.ToUnixTimeSeconds() + 5 }).UntilReset(now));
    }

    private static Task<CallLease> EnterAsync(
        Governor governor, string operation = "op", CallTier tier = CallTier.Low, CallPriority priority = CallPriority.Batch, string job = "a") =>
        governor.EnterAsync(new GovernedCall(operation, tier, job, priority, 1), null, Cancellation).AsTask();

    private static RateHeaders Told(FakeTimeProvider clock, int limit, int left)
    {
        var now = clock.GetUtcNow();
        return new RateHeaders(CallTier.Low, limit, left, (now.ToUnixTimeSeconds() / 60 * 60) + 60, now, null);
    }
}
