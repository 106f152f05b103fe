using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Rollcall.Simulators.Http;

/// <summary>Checks access: credentials, then region and permission, then the rate limits, then the form of the request.</summary>
internal sealed class Gatekeeper(Simulation simulation, RateLimiter limiter)
{
    private readonly byte[] _credentials = Encoding.UTF8.GetBytes($"{simulation.Options.UserName}:{simulation.Options.Password}");

    /// <summary>The refusal, or null for a welcome call.</summary>
    public Reply? Refusal(HttpContext context, Operation operation, byte[]? body)
    {
        if (!IsKnown(context.Request.Headers.Authorization))
        {
            context.Response.Headers.WWWAuthenticate = "Basic";
            return operation.Framework == Framework.V2
                ? Refuse.ReplyWith(operation.Framework, 401, "ERROR_APIUSER_INVALID", "", "Invalid API credentials.")
                : Reply.Empty(401);
        }

        if (simulation.Options.WrongRegion && operation.Name != "getAccountInfo")
        {
            return Refuse.ReplyWith(operation.Framework, 403, "ERROR_ACCOUNT_INVALID", "forbidden", "This account belongs to another region.");
        }

        if (simulation.Options.ForbiddenOperations.Contains(operation.Name, StringComparer.OrdinalIgnoreCase))
        {
            return Refuse.ReplyWith(
                operation.Framework, 403, "ERROR_CANNOT_PERFORM_OPERATION_ON_ACCOUNT", "forbidden", "The API user has no permission for this.");
        }

        return limiter.Take(operation, context.Response.Headers) ?? Malformed(context.Request, operation, body);
    }

    private static Reply? Malformed(HttpRequest request, Operation operation, byte[]? body)
    {
        var names = operation.Framework == Framework.V2 ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        if (request.Query.Keys.FirstOrDefault(key => !operation.Query.Contains(key, names)) is { } unknown)
        {
            return Refuse.ReplyWith(operation.Framework, 400, "ERROR_PARAMETER_INVALID", "invalidParameter", $"'{unknown}' is not a parameter of this call");
        }

        if (request.ContentType is null && body is { Length: 0 })
        {
            // The reader of the body reports a missing one.
            return null;
        }

        var isJson = request.ContentType is { } type
            && string.Equals(type.Split(';')[0].Trim(), "application/json", StringComparison.OrdinalIgnoreCase);
        return operation.HasBody && (!isJson || request.Headers.ContentEncoding.Count > 0)
            ? Refuse.ReplyWith(
                operation.Framework, 415, "ERROR_CONTENT_TYPE_IS_NOT_SUPPORTED", "unsupportedContentType",
                "The content type must be application/json, not compressed.")
            : null;
    }

    private bool IsKnown(string? header)
    {
        if (header is null || !header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var given = new byte[header.Length];
        return Convert.TryFromBase64String(header[6..].Trim(), given, out var length)
            && CryptographicOperations.FixedTimeEquals(given.AsSpan(0, length), _credentials);
    }
}
