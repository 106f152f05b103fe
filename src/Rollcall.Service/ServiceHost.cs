using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Service.Access;
using Rollcall.Service.Api;
using Rollcall.Service.Http;
using Rollcall.Service.Jobs;

namespace Rollcall.Service;

/// <summary>Puts the service together: scheduler and HTTP APIs over one data folder.</summary>
public static class ServiceHost
{
    /// <summary>A service that is ready to be started.</summary>
    public static WebApplication Build(ServiceOptions options)
    {
        // Nothing is read from the environment or from files of ASP.NET's own: the service's options are all there is.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = typeof(ServiceHost).Assembly.GetName().Name });
        var listening = new Listening(options);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Limit(kestrel, options)).UseUrls(listening.Urls);
        builder.Services.AddSingleton<ILoggerFactory>(new QuietLogs(options.Workplace.Logs));
        builder.Services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(options.Workplace);
        builder.Services.AddSingleton(options.Workplace.Clock);
        builder.Services.AddSingleton(_ => new StoredJobs(options.Workplace.DataFolder, options.Workplace.Clock, options.Workplace.Checkpoint));
        builder.Services.AddSingleton<JobFiles>();
        builder.Services.AddSingleton<RunFeed>();
        builder.Services.AddSingleton<JobRunner>();
        builder.Services.AddSingleton<Supervisor>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Supervisor>());
        builder.Services.AddRouting();

        builder.Services.AddAccess(options);
        builder.Services.AddSingleton<HttpJobs>();
        builder.Services.ConfigureHttpJsonOptions(json => Configure(json.SerializerOptions));
        builder.Services.Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = true);
        builder.Services.AddOpenApi("v1");

        var app = builder.Build();
        app.UseSafety(listening);
        app.UseErrorAnswers();
        app.UseRouting();
        app.UseAccess();
        app.UseBodyLimit();
        app.MapGet("/health/live", () => Results.Ok(new { status = "live" })).WithName("health.live");
        app.MapJobs();
        app.MapRuns();
        app.MapPeople();
        app.MapTokens();
        app.MapAccess();
        app.MapOpenApi("/openapi.json").WithName("openapi");
        return app;
    }

    /// <summary>
    /// The link by which the first administrator of a service that was started is made, once, within half an hour; null where there is a user. It is a
    /// secret: show it on a terminal, and write it to no log.
    /// </summary>
    public static Uri? FirstStartLink(WebApplication app)
    {
        if (app.Services.GetRequiredService<FirstStart>().Key() is not { } key)
        {
            return null;
        }

        var bound = BindingAddress.Parse(app.Urls.First());
        var anywhere = bound.Host is "*" or "+" or "[::]" or "0.0.0.0";
        var link = new UriBuilder(bound.Scheme, anywhere ? "localhost" : bound.Host, bound.Port, FirstStart.Path) { Query = "key=" + key };
        return link.Uri;
    }

    /// <summary>Nobody holds a connection or fills memory for nothing.</summary>
    private static void Limit(KestrelServerOptions kestrel, ServiceOptions options)
    {
        kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = options.Certificate);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = 1_000;
        kestrel.Limits.MaxRequestBodySize = BodyLimit.Most;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
    }

    private static void Configure(JsonSerializerOptions json)
    {
        json.PropertyNamingPolicy = ResultJson.Options.PropertyNamingPolicy;
        json.Encoder = ResultJson.Options.Encoder;
        json.MaxDepth = 64;
        json.AllowDuplicateProperties = false;
        json.RespectNullableAnnotations = true;
        json.RespectRequiredConstructorParameters = true;
        foreach (var converter in ResultJson.Options.Converters)
        {
            json.Converters.Add(converter);
        }
    }
}
