using System.Net;
using Microsoft.AspNetCore.Http;

namespace Rollcall.Simulators.Http;

/// <summary>
/// Rejects requests that a foreign web page could make a browser on this machine send: requests to a name that resolves here (rebinding), and
/// changes from another origin.
/// </summary>
/// <param name="addresses">The addresses that the server listens on, once it does.</param>
/// <param name="urls">The configured listen addresses.</param>
internal sealed class Doorkeeper(Func<IEnumerable<string>> addresses, string urls)
{
    private readonly Lazy<Own> _own = new(() => Own.Of(addresses(), urls));

    /// <summary>Why a request is refused; null when it is accepted.</summary>
    public Reply? Refusal(HttpRequest request)
    {
        if (!_own.Value.Has(request.Host))
        {
            return Wrong(421, "This simulator answers to its own address only. To give it another name, name it in --urls.");
        }

        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
        {
            return null;
        }

        return request.Headers.Origin.Any(origin => !IsOwn(origin)) || request.Headers["Sec-Fetch-Site"].Any(site => site is "cross-site" or "same-site")
            ? Wrong(403, "A page of another origin changes nothing here.")
            : null;
    }

    /// <summary>Whether a request may make changes: it has no body, or one with the JSON content type.</summary>
    public static bool IsJson(HttpRequest request) => request.ContentType is { } type
        ? string.Equals(type.Split(';')[0].Trim(), "application/json", StringComparison.OrdinalIgnoreCase)
        : request.ContentLength is null or 0 && request.Headers.TransferEncoding.Count == 0;

    private bool IsOwn(string? origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http"
            or "https" && uri.AbsolutePath == "/" && _own.Value.Has(new HostString(uri.Host, uri.Port));

    private static Reply Wrong(int status, string message) => Reply.Json(status,
    json => {
        json.WriteStartObject();
        json.WriteString("error", message);
        json.WriteEndObject();
    });

    /// <summary>The names and ports of this server. If it listens on every address of the machine, it answers to all of them.</summary>
    private sealed record Own(HashSet<string> Names, HashSet<int> Ports, bool AnyAddress)
    {
        public static Own Of(IEnumerable<string> addresses, string urls)
        {
            var own = new Own(new HashSet<string>(StringComparer.OrdinalIgnoreCase), [], false);
            foreach (var address in addresses.Select(BindingAddressOf)
                .Concat(urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(BindingAddressOf)))
            {
                var isAny = address.Host is "*" or "+"
                    || (IPAddress.TryParse(address.Host, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)));
                own = own with { AnyAddress = own.AnyAddress || isAny };
                own.Ports.Add(address.Port);
                own.Names.Add(address.Host);
                if (isAny || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                    || (IPAddress.TryParse(address.Host, out var same) && IPAddress.IsLoopback(same)))
                {
                    own.Names.UnionWith(["localhost", "127.0.0.1", "::1"]);
                }
            }

            return own;
        }

        public bool Has(HostString host)
        {
            var name = host.Host.Trim('[', ']');
            return name.Length > 0 && Ports.Contains(host.Port ?? 80) && (Names.Contains(name) || (AnyAddress && IPAddress.TryParse(name, out _)));
        }

        private static (string Host, int Port) BindingAddressOf(string address)
        {
            var bound = BindingAddress.Parse(address);
            return (bound.Host.Trim('[', ']'), bound.Port);
        }
    }
}
