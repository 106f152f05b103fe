using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Rollcall.Service.Http;

/// <summary>What every answer and request must have, whatever the path.</summary>
internal static class Safety
{
    /// <summary>Answers only to the service's own names: a page of somebody else's name that leads here gets nothing (DNS rebinding).</summary>
    /// <param name="hosts">Names that the service answers to besides this machine's own.</param>
    public static void UseSafety(this WebApplication app, IReadOnlyCollection<string> hosts) => app.Use(async (context, next) =>
    {
        RequestId.Give(context);
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        if (!IsOwn(context.Request.Host.Host, hosts))
        {
            await Answers.ErrorAsync(context, StatusCodes.Status421MisdirectedRequest, "wrong_host", "The service does not answer to this host name.");
        }
        else if (ChangesFromElsewhere(context))
        {
            await Answers.ErrorAsync(context, StatusCodes.Status403Forbidden, "wrong_origin", "A page of another origin may change nothing here.");
        }
        else
        {
            await next(context);
        }
    });

    private static bool IsOwn(string host, IReadOnlyCollection<string> hosts) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || hosts.Contains(host, StringComparer.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static bool ChangesFromElsewhere(HttpContext context)
    {
        var request = context.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || request.Headers.Origin is not [{ } origin])
        {
            return false;
        }

        return !Uri.TryCreate(origin, UriKind.Absolute, out var from) || !from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }
}
