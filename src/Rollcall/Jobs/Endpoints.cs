namespace Rollcall.Jobs;

/// <summary>Where a password or a token may be sent.</summary>
public static class Endpoints
{
    /// <summary>Only <c>https://*.dotdigital.com</c>, or the loopback of this machine, also with <c>http</c>; never with a user name in the URL.</summary>
    public static bool MaySendPasswordTo(Uri endpoint) =>
        MaySendTokenTo(endpoint) && (endpoint.IsLoopback || endpoint.IdnHost.EndsWith(".dotdigital.com", StringComparison.OrdinalIgnoreCase));

    /// <summary>Only <c>https</c>, or the loopback of this machine, also with <c>http</c>; never with a user name in the URL.</summary>
    public static bool MaySendTokenTo(Uri endpoint) =>
        endpoint is { IsAbsoluteUri: true, UserInfo.Length: 0, Query.Length: 0, Fragment.Length: 0, IsFile: false }
        && (endpoint.Scheme == "https" || (endpoint.Scheme == "http" && endpoint.IsLoopback));
}
