using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rollcall.Service.Http;

namespace Rollcall.Service.Access;

/// <summary>What is sent to change one's own password.</summary>
public sealed record PasswordBody(string Current, string Password)
{
    /// <summary>Shows neither.</summary>
    public override string ToString() => nameof(PasswordBody);
}

/// <summary>What is sent to prove an authenticator.</summary>
public sealed record CodeBody(string Code);

/// <summary>A new authenticator's key.</summary>
/// <param name="Key">For typing it in.</param>
/// <param name="Uri">For a QR code.</param>
public sealed record AuthenticatorKey(string Key, string Uri);

/// <summary>Recovery codes: each signs in once, without the authenticator. They are in this answer and in no other.</summary>
public sealed record RecoveryCodes(IReadOnlyList<string> Codes);

/// <summary>What signed-in users do for themselves: their password and second factor.</summary>
internal static class SelfApi
{
    public static void MapSelf(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/me/password", SetPasswordAsync).WithName("me.password").WithTags("users");
        app.MapPost("/api/v1/me/second-factor", BeginAsync).WithName("me.second_factor.begin").WithTags("users");
        app.MapPost("/api/v1/me/second-factor/verify", VerifyAsync).WithName("me.second_factor.verify").WithTags("users");
        app.MapPost("/api/v1/me/second-factor/remove", RemoveAsync).WithName("me.second_factor.remove").WithTags("users");
    }

    /// <summary>Ends every session of the user, this one too.</summary>
    private static async Task<IResult> SetPasswordAsync(HttpContext context, PasswordBody body, AccessStore store, AddressLimit limit)
    {
        var session = Own(context);
        Limit(context, limit);
        AccessStore.Check(body.Password);
        await using (var database = store.Open())
        {
            var user = await database.Users.SingleAsync(one => one.Id == session.UserId);
            if (Accounts.Hasher.VerifyHashedPassword(user, user.PasswordHash!, body.Current) == PasswordVerificationResult.Failed)
            {
                throw new ForbiddenException("The current password is wrong.");
            }
        }

        await store.SetPasswordAsync(session.UserId, body.Password);
        SessionCookie.Remove(context);
        return Results.NoContent();
    }

    private static async Task<AuthenticatorKey> BeginAsync(HttpContext context, AccessStore store)
    {
        AuthenticatorKey? made = null;
        await ChangeAsync(context, store, freshStamp: false, user =>
        {
            if (user.TwoFactorEnabled)
            {
                throw new ForbiddenException("There is a second factor already; remove it first.");
            }

            var key = SecondFactor.Begin(user);
            made = new AuthenticatorKey(key, $"otpauth://totp/Rollcall:{Uri.EscapeDataString(user.Email!)}?secret={key}&issuer=Rollcall");
        });
        return made!;
    }

    /// <summary>The first code proves the authenticator; from then on one is needed. Other sessions of the user end.</summary>
    private static async Task<RecoveryCodes> VerifyAsync(
        HttpContext context, CodeBody body, AccessStore store, AddressLimit limit, TimeProvider clock)
    {
        Limit(context, limit);
        IReadOnlyList<string> codes = [];
        await ChangeAsync(context, store, freshStamp: true, user =>
        {
            if (user.TwoFactorEnabled || !SecondFactor.Take(user, body.Code, clock.GetUtcNow()))
            {
                throw new ForbiddenException("The code is wrong.");
            }

            codes = SecondFactor.Enable(user);
        });
        return new RecoveryCodes(codes);
    }

    private static async Task<IResult> RemoveAsync(HttpContext context, CodeBody body, AccessStore store, AddressLimit limit, TimeProvider clock)
    {
        Limit(context, limit);
        await ChangeAsync(context, store, freshStamp: true, user =>
        {
            if (!user.TwoFactorEnabled || !SecondFactor.Take(user, body.Code, clock.GetUtcNow()))
            {
                throw new ForbiddenException("The code is wrong.");
            }

            SecondFactor.Remove(user);
        });
        return Results.NoContent();
    }

    /// <summary>Changes the user of the session. A fresh stamp ends the user's other sessions; this one goes on.</summary>
    private static async Task ChangeAsync(HttpContext context, AccessStore store, bool freshStamp, Action<UserRow> change)
    {
        var session = Own(context);
        await using var database = store.Open();
        await using var transaction = await database.Database.BeginTransactionAsync();
        var user = await database.Users.SingleAsync(one => one.Id == session.UserId);
        change(user);
        using var accounts = Accounts.Of(database);
        if (freshStamp)
        {
            await accounts.UpdateSecurityStampAsync(user);
            await database.Sessions.Where(one => one.Hash == session.Hash)
                .ExecuteUpdateAsync(set => set.SetProperty(one => one.Stamp, user.SecurityStamp));
        }
        else
        {
            Accounts.Check(await accounts.UpdateAsync(user));
        }

        await transaction.CommitAsync();
    }

    /// <summary>Whoever found a session open may guess no more often than at the door.</summary>
    private static void Limit(HttpContext context, AddressLimit limit)
    {
        if (!limit.Allows(context.Connection.RemoteIpAddress))
        {
            throw new ForbiddenException($"Too many tries; try again in {AddressLimit.Window.TotalMinutes:0} minutes.");
        }
    }

    private static Session Own(HttpContext context) =>
        context.Features.Get<Session>() ?? throw new ForbiddenException("Only a user who signed in has a password and a second factor; a token has none.");
}
