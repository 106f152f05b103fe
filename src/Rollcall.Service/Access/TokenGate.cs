using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Operations;
using Rollcall.Service.Http;

namespace Rollcall.Service.Access;

/// <summary>
/// Lets a request pass that the table of rights allows to its caller. Without a token every path of the APIs answers 401, existing or not. A token is
/// taken from the header alone: what stands in an address ends in logs.
/// </summary>
internal static class TokenGate
{
    private const string Bearer = "Bearer ";

    public static void UseTokens(this WebApplication app, ApiTokens tokens) => app.Use(async (context, next) =>
    {
        var endpoint = context.GetEndpoint();
        var right = Rights.Of(endpoint?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName);
        if (right is { Role: null } || (endpoint is null && !IsApi(context)))
        {
            await next(context);
            return;
        }

        if (Find(context, tokens) is not { } caller)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await Answers.ErrorAsync(context, StatusCodes.Status401Unauthorized, "unauthorized", "A valid token is needed in the header Authorization.",
                "Make one with: rollcall tokens add NAME --role ROLE");
            return;
        }

        if (endpoint is null || right is null)
        {
            await Answers.ErrorAsync(context, StatusCodes.Status404NotFound, "not_found", "There is no such path.", "See /openapi.json.");
            return;
        }

        if (Missing(right, caller) is { } missing)
        {
            await Answers.ErrorAsync(
                context, StatusCodes.Status403Forbidden, "forbidden", $"{caller.Name} may not do this: it needs {missing}.", "Ask an administrator.");
            return;
        }

        context.Features.Set(caller);
        await next(context);
    });

    private static bool IsApi(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        || context.Request.Path.StartsWithSegments("/v2", StringComparison.OrdinalIgnoreCase);

    private static Caller? Find(HttpContext context, ApiTokens tokens)
    {
        if (context.Request.Headers.Authorization is not [{ } header])
        {
            return null;
        }

        var token = header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim() : header.Trim();
        return tokens.Find(token) is { } kept ? new Caller(kept.Name, kept.Role, kept.SeesPeople, kept.ChangesConsent) : null;
    }

    private static string? Missing(Right right, Caller caller) =>
        caller.Role < right.Role ? $"the role {right.Role.ToString()!.ToLowerInvariant()}"
        : right.SeesPeople && !caller.SeesPeople ? "the right to see people"
        : right.ChangesConsent && !caller.ChangesConsent ? "the right to change consent"
        : null;
}
