using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Operations;

namespace Rollcall.Service.Access;

/// <summary>Puts access together: users, sessions, tokens, and the gate that every request passes.</summary>
internal static class AccessSetup
{
    public static void AddAccess(this IServiceCollection services, ServiceOptions options)
    {
        var (folder, clock) = (options.Workplace.DataFolder, options.Workplace.Clock);
        services.AddSingleton(_ => new ApiTokens(folder, clock));
        services.AddSingleton(_ => new AccessStore(folder, clock));
        services.AddSingleton<Sessions>();
        services.AddSingleton<SignIns>();
        services.AddSingleton<AddressLimit>();
        services.AddSingleton<FirstStart>();
        services.AddSingleton<AccessGate>();
    }

    /// <summary>After routing: the gate asks which endpoint it is.</summary>
    public static void UseAccess(this WebApplication app)
    {
        var gate = app.Services.GetRequiredService<AccessGate>();
        app.Use((context, next) => gate.PassAsync(context, next));
    }

    public static void MapAccess(this IEndpointRouteBuilder app)
    {
        app.MapSignIn();
        app.MapUsers();
        app.MapSelf();
    }
}
