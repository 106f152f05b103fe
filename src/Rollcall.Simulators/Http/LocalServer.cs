using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Rollcall.Simulators.Http;

/// <summary>The web server of a simulator: minimal, and without its own limits.</summary>
internal static class LocalServer
{
    public static WebApplication Build(string urls)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder.WebHost.UseUrls(urls.Split(';'));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var doorkeeper = new Doorkeeper(() => Addresses(app), urls);
        app.Use(async (context, next) =>
        {
            context.Response.Headers.XContentTypeOptions = "nosniff";
            if (doorkeeper.Refusal(context.Request) is not { } refusal)
            {
                await next(context);
                return;
            }

            context.Response.StatusCode = refusal.Status;
            context.Response.ContentType = refusal.ContentType;
            await context.Response.Body.WriteAsync(refusal.Body, context.RequestAborted);
        });
        return app;
    }

    /// <summary>The first address it listens on; it has to be started.</summary>
    public static Uri Address(WebApplication app) => new(Addresses(app).First());

    private static ICollection<string> Addresses(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;

    /// <summary>The path as it was sent, split before it is unescaped: an address may contain an escaped slash.</summary>
    public static string[] Segments(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (Uri.TryCreate(target, UriKind.Absolute, out var whole) && whole.Scheme is "http" or "https")
        {
            // As written by a client that uses a proxy.
            target = target[(target.IndexOf("//", StringComparison.Ordinal) + 2)..];
            target = target.IndexOf('/', StringComparison.Ordinal) is >= 0 and var at ? target[at..] : "";
        }

        var path = target.Split('?')[0].Trim('/');
        return path.Length == 0 ? [] : [.. path.Split('/').Select(Uri.UnescapeDataString)];
    }
}
