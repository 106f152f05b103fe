using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Operations;
using Rollcall.Service.Http;

namespace Rollcall.Service.Access;

/// <summary>
/// Lets a request pass that the table of rights allows to its caller. Without a caller every path of the APIs answers 401, existing or not. A token is
/// taken from the header alone: what stands in an address ends in logs.
/// </summary>
internal sealed class AccessGate(ApiTokens tokens, Sessions sessions)
{
    private const string Bearer = "Bearer ";

    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        var endpoint = context.GetEndpoint();
        var right = Rights.Of(endpoint?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName);
        if (right is { Role: null } || (endpoint is null && !IsApi(context)))
        {
            await next(context);
            return;
        }

        if (await FindAsync(context) is not { } caller)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await Answers.ErrorAsync(context, StatusCodes.Status401Unauthorized, "unauthorized",
                "A valid token is needed in the header Authorization, or a session.", "Make one with: rollcall tokens add NAME --role ROLE");
        }
        else if (endpoint is null || right is null)
        {
            await Answers.ErrorAsync(context, StatusCodes.Status404NotFound, "not_found", "There is no such path.", "See /openapi.json.");
        }
        else if (Missing(right, caller) is { } missing)
        {
            await Answers.ErrorAsync(
                context, StatusCodes.Status403Forbidden, "forbidden", $"{caller.Name} may not do this: it needs {missing}.", "Ask an administrator.");
        }
        else if (context.Features.Get<Session>() is not null && Origins.IsUnsaid(context))
        {
            await Answers.ErrorAsync(context, StatusCodes.Status403Forbidden, "wrong_origin",
                "A change in a session must say which page it comes from, in Origin or Sec-Fetch-Site.", "Programs use a token instead.");
        }
        else
        {
            context.Features.Set(caller);
            await next(context);
        }
    }

    private static bool IsApi(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        || context.Request.Path.StartsWithSegments("/v2", StringComparison.OrdinalIgnoreCase);

    /// <summary>Who it is from. Where a token was sent, no cookie makes up for it.</summary>
    private async Task<Caller?> FindAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization.Count > 0)
        {
            return OfToken(context);
        }

        if (SessionCookie.Of(context) is not { } secret || await sessions.FindAsync(secret) is not { } found)
        {
            return null;
        }

        context.Features.Set(found.Session);
        return found.Caller;
    }

    private Caller? OfToken(HttpContext context)
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
