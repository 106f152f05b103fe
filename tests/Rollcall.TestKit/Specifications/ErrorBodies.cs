using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rollcall.TestKit.Specifications;

/// <summary>
/// Errors that an operation does not declare. The v2 document declares none at all, v3 leaves out the rate limit and
/// credentials: each framework has one shape for all of them.
/// </summary>
internal static partial class ErrorBodies
{
    // A 401 may have no body: the v3 documents declare it without one.
    private const int Unauthorized = 401;

    private const int TooManyRequests = 429;

    /// <summary>Every way in which an error's body breaks its framework's shape.</summary>
    public static IEnumerable<string> Check(ApiDocument document, HttpExchange exchange)
    {
        if (exchange.ResponseBody.Length == 0)
        {
            return exchange.Status == Unauthorized ? [] : [$"status {exchange.Status} has no body that says why"];
        }

        JsonElement body;
        try
        {
            body = JsonSerializer.Deserialize<JsonElement>(exchange.ResponseBody);
        }
        catch (JsonException)
        {
            return ["the error's body is no JSON"];
        }

        return document.ErrorSchema is { } schema ? document.Schemas.Validate(schema, body) : CheckV2(exchange.Status, body);
    }

    private static IEnumerable<string> CheckV2(int status, JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object
            || !body.TryGetProperty("message", out var message)
            || message.ValueKind != JsonValueKind.String)
        {
            return ["a v2 error is {\"message\": text}"];
        }

        // The flat limit is met with a code, and without; no code is documented for the tiered one.
        return status == TooManyRequests
            || ErrorCode().IsMatch(message.GetString()!)
            || message.GetString()!.Contains("excess API activity", StringComparison.OrdinalIgnoreCase)
            ? []
            : [$"the message '{message}' holds no ERROR_ code"];
    }

    [GeneratedRegex("ERROR_[A-Z_]+")]
    private static partial Regex ErrorCode();
}
