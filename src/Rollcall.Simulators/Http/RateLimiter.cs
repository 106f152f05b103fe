using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Rollcall.Simulators.Http;

/// <summary>The account's call budgets: a window for each tier, or one flat allowance for any hour.</summary>
internal sealed class RateLimiter(Simulation simulation)
{
    private static readonly TimeSpan FlatWindow = TimeSpan.FromHours(1);
    private readonly Lock _gate = new();
    private readonly (long Window, int Used)[] _tiers = new (long, int)[4];
    private readonly Queue<DateTime> _lastHour = new();

    /// <summary>Calls answered in the last hour.</summary>
    public int UsedInLastHour
    {
        get
        {
            lock (_gate)
            {
                Forget(simulation.Now - FlatWindow);
                return _lastHour.Count;
            }
        }
    }

    /// <summary>Counts a call and sets the rate headers; returns the refusal when the budget is used up.</summary>
    public Reply? Take(Operation operation, IHeaderDictionary headers)
    {
        lock (_gate)
        {
            var now = simulation.Now;
            Forget(now - FlatWindow);
            var refusal = simulation.Options.FlatHourlyLimit is { } limit
                ? TakeFlat(limit, operation)
                : TakeTiered(now, operation, headers);
            if (refusal is null)
            {
                _lastHour.Enqueue(now);
            }

            return refusal;
        }
    }

    private Reply? TakeFlat(int limit, Operation operation) => _lastHour.Count < limit
        ? null
        : simulation.Options.FlatLimitInWords
            ? Refuse.ReplyWith(operation.Framework, 400, "", "apiUsageExceeded", "Your account has been blocked for excess API activity.")
            : Refuse.ReplyWith(operation.Framework, 400, "", "apiUsageExceeded", "The API calls allowed in an hour are used up: ERROR_APIUSAGE_EXCEEDED.");

    private Reply? TakeTiered(DateTime now, Operation operation, IHeaderDictionary headers)
    {
        if (operation.Tier == Tier.Unlimited)
        {
            return null;
        }

        var (limit, scope) = operation.Tier switch
        {
            Tier.Low => (simulation.Options.LowLimit, "lowCallRate"),
            Tier.Medium => (simulation.Options.MediumLimit, "mediumCallRate"),
            _ => (simulation.Options.HighLimit, "highCallRate"),
        };
        var length = simulation.Options.RateLimitWindow.Ticks;
        var window = now.Ticks / length;
        ref var tier = ref _tiers[(int)operation.Tier];
        if (tier.Window != window)
        {
            tier = (window, 0);
        }

        var refused = tier.Used >= limit;
        tier.Used += refused ? 0 : 1;
        var reset = new DateTimeOffset(new DateTime((window + 1) * length, DateTimeKind.Utc)).ToUnixTimeMilliseconds();
        headers["X-RateLimit-Limit"] = Text(limit);
        headers["X-RateLimit-Remaining"] = Text(limit - tier.Used);
        headers["X-RateLimit-Reset"] = Text((reset + 999) / 1000);
        headers["X-RateLimit-Scope"] = scope;
        return refused
            ? Refuse.ReplyWith(
                operation.Framework, 429, "ERROR_APIUSAGE_EXCEEDED", "rateLimitExceeded", "The call rate limit has been exceeded. Please wait until it resets.")
            : null;
    }

    private void Forget(DateTime before)
    {
        while (_lastHour.TryPeek(out var oldest) && oldest <= before)
        {
            _lastHour.Dequeue();
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
