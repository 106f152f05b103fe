using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Model;
using Rollcall.Service.Http;

namespace Rollcall.Service.Access;

/// <summary>What is sent to add a user. Rights that are not named are the role's own.</summary>
public sealed record UserBody(string Email, string Password, Role Role, bool? SeesPeople = null, bool? ChangesConsent = null)
{
    /// <summary>Without the password.</summary>
    public override string ToString() => $"{Email} ({Role})";
}

/// <summary>What is sent to change a user; what is not named stays.</summary>
/// <param name="SecondFactor">False removes the second factor; only the user can add one.</param>
public sealed record UserChangeBody(
    Role? Role = null, bool? SeesPeople = null, bool? ChangesConsent = null, bool? SecondFactor = null, string? Password = null)
{
    /// <summary>Without the password.</summary>
    public override string ToString() => $"{Role}";
}

/// <summary><c>/api/v1/users</c>.</summary>
internal static class UsersApi
{
    public static void MapUsers(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/users", (AccessStore users) => users.UsersAsync()).WithName("users.list").WithTags("users");
        app.MapPost("/api/v1/users", AddAsync).WithName("users.create").WithTags("users");
        app.MapPatch("/api/v1/users/{id}", ChangeAsync).WithName("users.update").WithTags("users");
        app.MapDelete("/api/v1/users/{id}", RemoveAsync).WithName("users.delete").WithTags("users");
    }

    private static async Task<IResult> AddAsync(HttpContext context, UserBody body, AccessStore users)
    {
        var asked = new NewUser
        {
            Email = body.Email, Password = body.Password, Role = body.Role, SeesPeople = body.SeesPeople, ChangesConsent = body.ChangesConsent,
        };
        CheckGiven(Caller.Of(context), asked.GetsSeesPeople, asked.GetsChangesConsent);
        return Results.Json(await users.AddUserAsync(asked), ResultJson.Options, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<User> ChangeAsync(HttpContext context, string id, UserChangeBody body, AccessStore users)
    {
        CheckGiven(Caller.Of(context), body.SeesPeople ?? false, body.ChangesConsent ?? false);
        if (body.SecondFactor == true)
        {
            throw new RollcallException(ExitCode.BadJob, "Only the user can add a second factor.", "second_factor", "They do so at /api/v1/me/second-factor.");
        }

        if (body.Password is { } password && !await users.SetPasswordAsync(id, password))
        {
            throw NoSuchUser();
        }

        var change = new UserChange
        {
            Role = body.Role, SeesPeople = body.SeesPeople, ChangesConsent = body.ChangesConsent, RemoveSecondFactor = body.SecondFactor == false,
        };
        return await users.ChangeUserAsync(id, change) ?? throw NoSuchUser();
    }

    private static async Task<IResult> RemoveAsync(string id, AccessStore users) =>
        await users.RemoveUserAsync(id) ? Results.NoContent() : throw NoSuchUser();

    private static void CheckGiven(Caller caller, bool seesPeople, bool changesConsent)
    {
        if ((seesPeople && !caller.SeesPeople) || (changesConsent && !caller.ChangesConsent))
        {
            throw new ForbiddenException($"{caller.Name} cannot give a right that it does not have.");
        }
    }

    private static NotFoundException NoSuchUser() => new("There is no such user.");
}
