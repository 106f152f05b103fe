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

        var site = request.Headers[FetchSite];
        var isSaidToBeOwn = site.Count > 0 && site.All(one => one == "same-origin");
        return (site.Count > 0 && !isSaidToBeOwn) || (request.Headers.Origin.Count > 0 && !IsOwn(request, isSaidToBeOwn));
    }

    /// <summary>A form of a page that sends no referrer comes from "null", also to its own site: then the other header decides.</summary>
    private static bool IsOwn(HttpRequest request, bool isSaidToBeOwn) => request.Headers.Origin is [{ } only]
        && ((only == "null" && isSaidToBeOwn)
            || (Uri.TryCreate(only, UriKind.Absolute, out var from) && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Whether a request asks for a change and does not say which page it comes from.</summary>
    public static bool IsUnsaid(HttpContext context) =>
        Changes(context.Request) && context.Request.Headers.Origin.Count == 0 && context.Request.Headers[FetchSite].Count == 0;

    private static bool Changes(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method);
}
