using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rollcall.Operations;
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
        builder.WebHost.UseKestrelCore().UseUrls(options.Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
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

        var app = builder.Build();
        app.UseRouting();
        app.MapGet("/health/live", () => Results.Ok(new { status = "live" })).WithName("health.live");
        return app;
    }
}
