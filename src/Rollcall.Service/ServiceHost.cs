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
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Limit).UseUrls(Urls(options));
        builder.Services.AddSingleton(options.Workplace.Logs);
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

        builder.Services.AddSingleton(_ => new ApiTokens(options.Workplace.DataFolder, options.Workplace.Clock));
        builder.Services.AddSingleton<HttpJobs>();
        builder.Services.ConfigureHttpJsonOptions(json => Configure(json.SerializerOptions));
        builder.Services.Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = true);
        builder.Services.AddOpenApi("v1");

        var app = builder.Build();
        app.UseSafety(Hosts(options));
        app.UseErrorAnswers();
        app.UseRouting();
        app.UseTokens(app.Services.GetRequiredService<ApiTokens>());
        app.MapGet("/health/live", () => Results.Ok(new { status = "live" })).WithName("health.live");
        app.MapJobs();
        app.MapRuns();
        app.MapPeople();
        app.MapTokens();
        app.MapOpenApi("/openapi.json").WithName("openapi");
        return app;
    }

    private static string[] Urls(ServiceOptions options) =>
        options.Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Nobody holds a connection or fills memory for nothing.</summary>
    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = 2_000;
        kestrel.Limits.MaxRequestBodySize = 8 * 1024 * 1024;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
    }

    /// <summary>The names that the addresses it listens on have.</summary>
    private static IReadOnlyCollection<string> Hosts(ServiceOptions options) =>
        [.. Urls(options).Select(url => Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? parsed.Host : url)];

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
