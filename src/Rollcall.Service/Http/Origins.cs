using Microsoft.AspNetCore.Http;

namespace Rollcall.Service.Http;

/// <summary>Which page a change of state comes from. Browsers say so; programs need not.</summary>
internal static class Origins
{
    private const string FetchSite = "Sec-Fetch-Site";

    /// <summary>Whether a page of somebody else asks for a change.</summary>
    public static bool IsElsewhere(HttpContext context)
    {
        var request = context.Request;
        if (!Changes(request))
        {
            return false;
        }

        if (request.Headers[FetchSite] is { Count: > 0 } site && !site.All(one => one == "same-origin"))
        {
            return true;
        }

        return request.Headers.Origin is { Count: > 0 } origin
            && (origin is not [{ } only] || !Uri.TryCreate(only, UriKind.Absolute, out var from)
                || !from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether a request asks for a change and does not say which page it comes from.</summary>
    public static bool IsUnsaid(HttpContext context) =>
        Changes(context.Request) && context.Request.Headers.Origin.Count == 0 && context.Request.Headers[FetchSite].Count == 0;

    private static bool Changes(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method);
}
