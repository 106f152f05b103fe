using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;

namespace Rollcall.Service.Http;

/// <summary>What every answer and request must have, whatever the path.</summary>
internal static class Safety
{
    /// <summary>Answers only to the service's own names, changes nothing for pages of somebody else, and trusts its proxies alone.</summary>
    public static void UseSafety(this WebApplication app, Listening listening)
    {
        app.Use((context, next) => GuardAsync(context, next, listening));
        if (listening.Proxies.Count > 0)
        {
            app.UseForwardedHeaders(Forwarded(listening));
        }

        app.Use((context, next) => Origins.IsElsewhere(context)
            ? Answers.ErrorAsync(context, StatusCodes.Status403Forbidden, "wrong_origin", "A page of another origin may change nothing here.",
                "A proxy in between must keep the header Host.")
            : next(context));
    }

    private static Task GuardAsync(HttpContext context, RequestDelegate next, Listening listening)
    {
        RequestId.Give(context);
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        if (!listening.IsOwn(context))
        {
            return Answers.ErrorAsync(context, StatusCodes.Status421MisdirectedRequest, "wrong_host", "The service does not answer to this host name.",
                "Use the address it listens on, or start it with this name as a public name.");
        }

        // Whoever looks after the service may ask it directly whether it lives.
        if (listening.IsPastProxies(context) && !context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase))
        {
            return Answers.ErrorAsync(context, StatusCodes.Status403Forbidden, "past_proxy", "The service is reached through its proxy only.",
                "Use the proxy's address.");
        }

        return next(context);
    }

    /// <summary>Where a request comes from, as the nearest address that is no proxy of ours.</summary>
    private static ForwardedHeadersOptions Forwarded(Listening listening)
    {
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in listening.Proxies)
        {
            options.KnownProxies.Add(proxy);
        }

        return options;
    }
}
