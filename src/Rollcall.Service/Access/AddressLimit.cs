using System.Net;
using System.Net.Sockets;

namespace Rollcall.Service.Access;

/// <summary>How often one address may try to sign in: so many times in a window of time. A network of IPv6 (/64) counts as one.</summary>
internal sealed class AddressLimit(TimeProvider clock)
{
    public const int Most = 20;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private const int MostAddresses = 50_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DateTimeOffset Since, int Count)> _counts = new(StringComparer.Ordinal);

    public bool Allows(IPAddress? address)
    {
        var key = Key(address);
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            if (_counts.Count >= MostAddresses && !_counts.ContainsKey(key))
            {
                Forget(now);

                // More addresses than anybody has: those that are left share one count.
                key = _counts.Count >= MostAddresses ? "" : key;
            }

            var (since, count) = _counts.GetValueOrDefault(key, (now, 0));
            (since, count) = now - since >= Window ? (now, 0) : (since, count);
            _counts[key] = (since, count + 1);
            return count < Most;
        }
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var (key, _) in _counts.Where(one => now - one.Value.Since >= Window).ToList())
        {
            _counts.Remove(key);
        }
    }

    private static string Key(IPAddress? address) => address switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)),
        _ => address.ToString(),
    };
}
