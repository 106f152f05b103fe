using System.Net;

namespace Rollcall.Dotdigital;

/// <summary>The system's proxy, except for the loopback interface.</summary>
internal sealed class ProxyExceptLoopback : IWebProxy
{
    private readonly IWebProxy _system = HttpClient.DefaultProxy;

    public ICredentials? Credentials
    {
        get => _system.Credentials;
        set => _system.Credentials = value;
    }

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : _system.GetProxy(destination);

    public bool IsBypassed(Uri host) => DotdigitalEndpoints.IsLoopback(host) || _system.IsBypassed(host);
}
