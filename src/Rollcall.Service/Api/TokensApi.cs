using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Service.Access;
using Rollcall.Service.Http;

namespace Rollcall.Service.Api;

/// <summary><c>/api/v1/tokens</c> and <c>/api/v1/me</c>.</summary>
internal static class TokensApi
{
    public static void MapTokens(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/me", (HttpContext context) => Caller.Of(context)).WithName("me").WithTags("tokens");
        app.MapGet("/api/v1/tokens", (ApiTokens tokens) => tokens.All()).WithName("tokens.list").WithTags("tokens");
        app.MapPost("/api/v1/tokens", Add).WithName("tokens.create").WithTags("tokens");
        app.MapDelete("/api/v1/tokens/{id}", Remove).WithName("tokens.delete").WithTags("tokens");
    }

    /// <summary>Makes a token. It is in this answer and in no other.</summary>
    private static IResult Add(HttpContext context, TokenBody body, ApiTokens tokens)
    {
        var caller = Caller.Of(context);
        if ((body.SeesPeople && !caller.SeesPeople) || (body.ChangesConsent && !caller.ChangesConsent))
        {
            throw new ForbiddenException($"{caller.Name} cannot give a right that it does not have.");
        }

        var (token, kept) = tokens.Add(new NewToken
        {
            Name = body.Name, Role = body.Role, SeesPeople = body.SeesPeople, ChangesConsent = body.ChangesConsent, Ends = body.Ends,
        });
        return Results.Json(new TokenAnswer(token, kept), ResultJson.Options, statusCode: StatusCodes.Status201Created);
    }

    private static IResult Remove(string id, ApiTokens tokens) =>
        tokens.Remove(id) ? Results.NoContent() : throw new NotFoundException("There is no such token.");
}
