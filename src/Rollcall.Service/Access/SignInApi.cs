using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Service.Http;

namespace Rollcall.Service.Access;

/// <summary>What is sent to sign in.</summary>
/// <param name="Code">A code of the authenticator, or a recovery code, where the user has a second factor.</param>
internal sealed record SignInBody(string Email, string Password, string? Code = null);

/// <summary>What is sent to make the first administrator.</summary>
internal sealed record FirstStartBody(string Email, string Password, string? Key = null);

/// <summary>Sign-in, sign-out and first start: open to everybody, and described nowhere.</summary>
internal static class SignInApi
{
    public static void MapSignIn(this IEndpointRouteBuilder app)
    {
        app.MapPost("/sign-in", SignInAsync).WithName("sign-in").ExcludeFromDescription();
        app.MapPost("/sign-out", SignOutAsync).WithName("sign-out").ExcludeFromDescription();
        app.MapGet(FirstStart.Path, ShowAsync).WithName("first-start").ExcludeFromDescription();
        app.MapPost(FirstStart.Path, FirstStartAsync).WithName("first-start.create").ExcludeFromDescription();
    }

    private static async Task SignInAsync(HttpContext context, SignInBody body, SignIns signIns, AddressLimit limit)
    {
        if (!limit.Allows(context.Connection.RemoteIpAddress))
        {
            await TooManyAsync(context, AddressLimit.Window);
            return;
        }

        var (result, secret) = await signIns.TryAsync(body.Email, body.Password, body.Code);
        switch (result)
        {
            case SignInResult.Welcome:
                SessionCookie.Set(context, secret!);
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;

            case SignInResult.CodeNeeded:
                await Answers.ErrorAsync(context, StatusCodes.Status401Unauthorized, "code_needed", "A code of your authenticator is needed.",
                    "Send it as code; a recovery code does as well.");
                break;

            case SignInResult.Locked:
                await TooManyAsync(context, SignIns.Locked);
                break;

            default:
                await Answers.ErrorAsync(context, StatusCodes.Status401Unauthorized, "wrong_sign_in", "The email, the password or the code is wrong.");
                break;
        }
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, Sessions sessions)
    {
        if (SessionCookie.Of(context) is { } secret)
        {
            await sessions.EndAsync(secret);
            SessionCookie.Remove(context);
        }

        return Results.NoContent();
    }

    private static async Task ShowAsync(HttpContext context, FirstStart first, string? key)
    {
        if (!first.Knows(key))
        {
            await NoLinkAsync(context);
            return;
        }

        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        await Results.Content(Page(key!), "text/html; charset=utf-8").ExecuteAsync(context);
    }

    /// <summary>Takes JSON, and the form of the page.</summary>
    private static async Task FirstStartAsync(HttpContext context, FirstStart first, AddressLimit limit)
    {
        if (!limit.Allows(context.Connection.RemoteIpAddress))
        {
            await TooManyAsync(context, AddressLimit.Window);
            return;
        }

        var isForm = context.Request.HasFormContentType;
        var body = isForm ? OfForm(await context.Request.ReadFormAsync(context.RequestAborted))
            : await context.Request.ReadFromJsonAsync<FirstStartBody>(context.RequestAborted);
        if (body is null || await first.UseAsync(body.Key ?? context.Request.Query["key"], body.Email, body.Password) is not { } user)
        {
            await NoLinkAsync(context);
        }
        else if (isForm)
        {
            const string Done = "<!doctype html><html lang=\"en\"><title>Rollcall</title><p>You are the administrator. Sign in now.</p></html>";
            await Results.Content(Done, "text/html; charset=utf-8").ExecuteAsync(context);
        }
        else
        {
            await Results.Json(user, Model.ResultJson.Options, statusCode: StatusCodes.Status201Created).ExecuteAsync(context);
        }
    }

    private static FirstStartBody OfForm(IFormCollection form) =>
        new(form["email"].ToString(), form["password"].ToString(), form["key"]);

    private static Task NoLinkAsync(HttpContext context) =>
        Answers.ErrorAsync(context, StatusCodes.Status404NotFound, "not_found", "This link is not good, or no more.",
            "It is good once, for 30 minutes, while there is no user. Start the service again for another, or use: rollcall users add EMAIL --role admin");

    private static Task TooManyAsync(HttpContext context, TimeSpan wait)
    {
        context.Response.Headers.RetryAfter = ((int)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Answers.ErrorAsync(context, StatusCodes.Status429TooManyRequests, "too_many_sign_ins", "Too many sign-ins failed.",
            $"Try again in {wait.TotalMinutes:0} minutes.");
    }

    private static string Page(string key) =>
        $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Rollcall</title></head>
        <body>
        <h1>First administrator</h1>
        <form method="post" action="{FirstStart.Path}">
        <input type="hidden" name="key" value="{HtmlEncoder.Default.Encode(key)}">
        <p><label>Email <input type="email" name="email" required autocomplete="username"></label></p>
        <p><label>Password, at least {AccessStore.LeastPassword} characters
        <input type="password" name="password" required minlength="{AccessStore.LeastPassword}" autocomplete="new-password"></label></p>
        <p><button>Make me the administrator</button></p>
        </form>
        </body>
        </html>
        """;
}
