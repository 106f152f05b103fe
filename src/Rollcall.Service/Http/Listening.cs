using System.Net;
using Microsoft.AspNetCore.Http;
using Rollcall.Model;

namespace Rollcall.Service.Http;

/// <summary>Where the service listens, and the names that it answers to.</summary>
internal sealed class Listening
{
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase) { "localhost" };

    /// <exception cref="RollcallException">Exit 2: others could listen in on it, or an address is none.</exception>
    public Listening(ServiceOptions options)
    {
        Urls = options.Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Proxies = [.. options.Proxies.Select(Proxy)];
        foreach (var name in options.PublicNames)
        {
            _names.Add(name);
        }

        foreach (var url in Urls)
        {
            Check(BindingAddress.Parse(url), url, options);
        }
    }

    public string[] Urls { get; }

    public IReadOnlyList<IPAddress> Proxies { get; }

    /// <summary>
    /// Whether a request names this service: by a name of its own, or by the very address it came in at. A page of somebody else's name that leads here
    /// (DNS rebinding) does neither.
    /// </summary>
    public bool IsOwn(HttpContext context)
    {
        var host = context.Request.Host.Host;
        return _names.Contains(host)
            || (IPAddress.TryParse(host.Trim('[', ']'), out var asked) && context.Connection.LocalIpAddress is { } local && Plain(asked).Equals(Plain(local)));
    }

    /// <summary>Whether a request came past the proxies, in the clear, from another machine.</summary>
    public bool IsPastProxies(HttpContext context) =>
        Proxies.Count > 0 && !context.Request.IsHttps && context.Connection.RemoteIpAddress is { } remote
        && !IPAddress.IsLoopback(Plain(remote)) && !Proxies.Contains(Plain(remote));

    private void Check(BindingAddress address, string url, ServiceOptions options)
    {
        var isTls = address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase);
        if (isTls && options.Certificate is null)
        {
            throw new RollcallException(ExitCode.BadJob, $"{url} needs a certificate.", "--urls", "Name one, or let a proxy do TLS: --behind-proxy ADDRESS.");
        }

        var isAddress = IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip);
        var isLocal = address.IsUnixPipe || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (isAddress && IPAddress.IsLoopback(ip!));
        if (!isLocal && !isTls && Proxies.Count == 0)
        {
            throw new RollcallException(
                ExitCode.BadJob, $"{url} can be reached from other machines, and without TLS they could read tokens and passwords.", "--urls",
                $"Listen on this machine only ({ServiceOptions.DefaultUrls}), or behind a proxy that does TLS: --behind-proxy ADDRESS.");
        }

        // The server takes any other name for "all addresses".
        if (!isAddress && !address.IsUnixPipe && address.Host is not ("*" or "+"))
        {
            _names.Add(address.Host);
        }
    }

    private static IPAddress Proxy(string text) => IPAddress.TryParse(text, out var address)
        ? Plain(address)
        : throw new RollcallException(ExitCode.BadJob, $"\"{text}\" is no address of a proxy.", "--behind-proxy", "Give its IP address, such as 10.0.0.5.");

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
