using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Dotdigital;
using Rollcall.Running;
using Rollcall.Store;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

/// <summary>Processes on one account, each with a governor and a connection of its own, share its limit through one store.</summary>
public sealed class SharedLimitTests : IDisposable
{
    private const int Minutes = 12;

    private static readonly Account Shared = new() { Id = 4711, Endpoint = new Uri("https://r2-api.dotdigital.com/") };

    private readonly TempFolder _folder = new();
    private readonly List<IStore> _stores = [];

    public void Dispose()
    {
        _stores.ForEach(store => store.Dispose());
        _folder.Dispose();
    }

    [Theory]
    [InlineData(8, 8, 1_000)]
    [InlineData(32, 4, 3_000)]
    [InlineData(100, 100, 0)]
    public void Two_processes_use_97_percent_of_a_limit_together_and_none_of_their_calls_is_refused(int first, int second, int latency)
    {
        var world = World(600, latency);
        var (a, b) = (Lots(), Lots());
        world.Governor.Share(a);
        world.AddCaller("a", 1, first);
        world.AddCaller("b", 1, second, process: Process(world, b));
        world.Run(TimeSpan.FromMinutes(Minutes));

        Assert.Equal(0, world.Refused);
        var whole = Whole(world).ToList();
        Assert.Equal(Minutes - 2, whole.Count);
        Assert.InRange(whole.Sum(), (int)(0.97 * 600 * whole.Count), 600 * whole.Count);
        Assert.InRange(a.Taken + b.Taken, 1, (int)(0.07 * world.Accepted.Values.Sum()));
    }

    [Fact]
    public void Three_processes_never_exceed_a_window_however_their_calls_take() =>
        Gen.Select(Gen.Int[40, 120], Gen.Int[-100_000_000, 100_000_000], Gen.Int[0, 8_000], Gen.Int).Sample(
            (limit, skew, latency, seed) =>
            {
                var world = new SimulatedWindows(seed) { Limit = limit, Skew = TimeSpan.FromMilliseconds(skew), Latency = TimeSpan.FromMilliseconds(latency) };
                var shared = $"{seed}/{limit}/{skew}/{latency}";
                world.Governor.Share(Lots(shared));
                world.AddCaller("a", 1, 6);
                world.AddCaller("b", 1, 4, process: Process(world, Lots(shared)));
                world.AddCaller("c", 1, 2, process: Process(world, Lots(shared)));
                world.Run(TimeSpan.FromMinutes(5));
                Assert.Equal(0, world.Refused);
                Assert.InRange(world.Accepted.Count, 5, 6);
            },
            iter: 30);

    [Fact]
    public void What_a_dead_process_had_taken_comes_back_with_the_next_window()
    {
        var world = World(600, 1_000);
        world.Governor.Share(Lots());
        world.AddCaller("a", 1, 20);
        var lots = Lots();
        var second = Process(world, lots);
        world.AddCaller("b", 1, 20, process: second);
        world.Run(TimeSpan.FromMinutes(3.4));
        world.Kill(second);
        lots.IsDead = true;
        var dead = world.Accepted.Keys.Max();
        world.Run(TimeSpan.FromMinutes(6));

        var after = world.Accepted.OrderBy(window => window.Key).Where(window => window.Key > dead).Take(5).ToList();
        Assert.Equal(0, world.Refused);
        Assert.All(after, window => Assert.InRange(window.Value, (int)(0.97 * 600), 600));
        Assert.All(after.Skip(1), window => Assert.Equal(window.Value, world.AcceptedByJob[("a", window.Key)]));
    }

    [Fact]
    public void A_process_alone_is_as_fast_with_a_store_as_without_one()
    {
        var (alone, shared) = (World(600, 200), World(600, 200));
        shared.Governor.Share(Lots());
        alone.AddCaller("a", 1, 50);
        shared.AddCaller("a", 1, 50);
        alone.Run(TimeSpan.FromMinutes(4));
        shared.Run(TimeSpan.FromMinutes(4));

        Assert.Equal(alone.Accepted, shared.Accepted);
    }

    [Fact]
    public async Task What_a_run_did_not_use_is_there_for_the_next_process()
    {
        var clock = Connected.NewClock();
        var limits = new (string, string)[]
        {
            ("X-RateLimit-Limit", "64"), ("X-RateLimit-Remaining", "63"), ("X-RateLimit-Scope", "highCallRate"),
            ("X-RateLimit-Reset", $"{clock.GetUtcNow().ToUnixTimeSeconds() + 30}"),
        };
        using var script = Connected.Script()
            .On($"GET {Connected.Home}v2/server-time", 200, "\"2026-05-01T12:00:00Z\"", limits)
            .On($"GET {Connected.Home}v2/server-time", 200, "\"2026-05-01T12:00:00Z\"", limits);
        using var client = await Connected.ToAsync(script, clock);
        var budgets = Store().Budgets;
        var window = new CallWindow(client.Account.Endpoint.Authority, client.Account.Id, "High", clock.GetUtcNow().ToUnixTimeSeconds() + 30);
        using (new SharedCalls(client, budgets, NullLogger.Instance))
        {
            await client.ServerTimeAsync(TestContext.Current.CancellationToken);
            await client.ServerTimeAsync(TestContext.Current.CancellationToken);
            Assert.Equal(1, budgets.Holders(window));
        }

        Assert.Equal(0, budgets.Holders(window));
        Assert.Equal(62, budgets.Take(window, new CallClaim(0, 1_000, 64, 0, 1)));
    }

    [Fact]
    public async Task Calls_fail_with_the_reason_where_no_lot_can_be_taken()
    {
        var clock = Connected.NewClock();
        var governor = new Governor(clock);
        governor.Share(new BrokenLots());
        var call = new GovernedCall("op", CallTier.Low, "a", CallPriority.Batch, 1);
        var first = await governor.EnterAsync(call, null, TestContext.Current.CancellationToken);
        first.Answered(new RateHeaders(CallTier.Low, 60, 59, clock.GetUtcNow().ToUnixTimeSeconds() + 30, clock.GetUtcNow(), null), null);

        var failure = await Assert.ThrowsAsync<StoreException>(() => governor.EnterAsync(call, null, TestContext.Current.CancellationToken).AsTask());

        Assert.Equal("broken", failure.Message);
        governor.Share(Lots());
        (await governor.EnterAsync(call, null, TestContext.Current.CancellationToken)).Dispose();
    }

    private static SimulatedWindows World(int limit, int latency) =>
        new(7) { Limit = limit, Skew = TimeSpan.FromSeconds(12.3), Latency = TimeSpan.FromMilliseconds(latency) };

    private static Governor Process(SimulatedWindows world, ICallLots lots)
    {
        var process = world.AddProcess();
        process.Share(lots);
        return process;
    }

    /// <summary>The calls of each window that passed from its beginning to its end, without the first, in which nobody knew the limit.</summary>
    private static IEnumerable<int> Whole(SimulatedWindows world) =>
        world.Accepted.OrderBy(window => window.Key).Select(window => window.Value).Skip(1).Take(Minutes - 2);

    private StoreLots Lots(string host = "") => new(Store().Budgets, host.Length == 0 ? Shared : Shared with { Id = host.GetHashCode(StringComparison.Ordinal) });

    private IStore Store()
    {
        var store = Stores.Open(new DataFolder(_folder.Path));
        _stores.Add(store);
        return store;
    }

    /// <summary>As a run shares calls, but at once.</summary>
    private sealed class StoreLots(IBudgets budgets, Account account) : ICallLots
    {
        public int Taken { get; private set; }

        public bool IsDead { get; set; }

        public Task<int?> TakeAsync(CallLot lot)
        {
            if (IsDead)
            {
                return new TaskCompletionSource<int?>().Task;
            }

            Taken++;
            return Task.FromResult<int?>(SharedCalls.Take(budgets, account, lot));
        }
    }

    private sealed class BrokenLots : ICallLots
    {
        public Task<int?> TakeAsync(CallLot lot) => Task.FromException<int?>(new StoreException(StoreFault.Other, "broken", new IOException("broken")));
    }
}
