using System.Net;

namespace Rollcall.Dotdigital;

/// <summary>Dotdigital's hosts, and the rule for where a password may be sent.</summary>
public static class DotdigitalEndpoints
{
    /// <summary>Region 1, which returns the endpoint of any account (https://developer.dotdigital.com/docs/getting-started-with-the-api).</summary>
    public static readonly Uri Region1 = new("https://r1-api.dotdigital.com/");

    private const string Domain = "dotdigital.com";

    /// <summary>Why the password must not be sent to <paramref name="endpoint"/>; null when it may be sent.</summary>
    /// <param name="endpoint">Where it would go.</param>
    /// <param name="leadBy">The endpoint that named it; null when the user named it.</param>
    public static string? WhyForbidden(Uri endpoint, Uri? leadBy = null)
    {
        if (!endpoint.IsAbsoluteUri)
        {
            return "it is not an absolute URL";
        }

        if (endpoint.UserInfo.Length > 0 || endpoint.Query.Length > 0 || endpoint.Fragment.Length > 0)
        {
            return "it contains more than a host and a path";
        }

        if (IsLoopback(endpoint))
        {
            if (endpoint.Scheme != Uri.UriSchemeHttp && endpoint.Scheme != Uri.UriSchemeHttps)
            {
                return "it is neither http nor https";
            }

            return leadBy is null || IsLoopback(leadBy)
                ? null
                : "only an endpoint on this machine may lead to this machine";
        }

        if (endpoint.Scheme != Uri.UriSchemeHttps)
        {
            return "it is not https";
        }

        return endpoint.IdnHost.EndsWith("." + Domain, StringComparison.OrdinalIgnoreCase)
            ? null
            : $"it is not a host of {Domain}";
    }

    internal static bool IsLoopback(Uri endpoint) =>
        endpoint.IdnHost.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(endpoint.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>The endpoint with a trailing slash, so that paths go below it.</summary>
    internal static Uri Rooted(Uri endpoint) =>
        endpoint.AbsoluteUri.EndsWith('/') ? endpoint : new Uri(endpoint.AbsoluteUri + "/");
}
