using Microsoft.AspNetCore.Http;

namespace Rollcall.Service.Access;

/// <summary>The cookie of a session: no script reads it, and no page of another site sends it.</summary>
internal static class SessionCookie
{
    // The prefix binds it to this very host; browsers take it over TLS alone.
    private const string OverTls = "__Host-rollcall";
    private const string Plain = "rollcall";

    public static string? Of(HttpContext context) => context.Request.Cookies[Name(context)];

    public static void Set(HttpContext context, string secret) => context.Response.Cookies.Append(Name(context), secret, Options(context));

    public static void Remove(HttpContext context) => context.Response.Cookies.Delete(Name(context), Options(context));

    private static string Name(HttpContext context) => context.Request.IsHttps ? OverTls : Plain;

    private static CookieOptions Options(HttpContext context) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/", IsEssential = true };
}
