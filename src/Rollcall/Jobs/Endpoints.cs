namespace Rollcall.Jobs;

/// <summary>Where a password may go.</summary>
public static class Endpoints
{
    /// <summary>Only <c>https://*.dotdigital.com</c>, or this machine's loopback, where <c>http</c> will do; never with a user name in the URL.</summary>
    public static bool MaySendPasswordTo(Uri endpoint)
    {
        if (!endpoint.IsAbsoluteUri || endpoint.UserInfo.Length > 0 || endpoint.Query.Length > 0 || endpoint.Fragment.Length > 0)
        {
            return false;
        }

        return endpoint.IsLoopback && !endpoint.IsFile
            ? endpoint.Scheme is "http" or "https"
            : endpoint.Scheme == "https" && endpoint.IdnHost.EndsWith(".dotdigital.com", StringComparison.OrdinalIgnoreCase);
    }
}
