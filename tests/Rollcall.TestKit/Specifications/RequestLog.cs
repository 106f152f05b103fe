using System.Text.Json;

namespace Rollcall.TestKit.Specifications;

/// <summary>Reads the simulator's request log.</summary>
public static class RequestLog
{
    /// <summary>Every call in the log so far, in the order of the answers.</summary>
    public static IReadOnlyList<LoggedCall> Read(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);

        // What follows the last new line is still being written.
        return [.. reader.ReadToEnd().Split('\n')[..^1].Select(Parse)];
    }

    private static LoggedCall Parse(string line)
    {
        var call = JsonSerializer.Deserialize<JsonElement>(line);
        if (call.GetProperty("requestBodyTruncated").GetBoolean() || call.GetProperty("responseBodyTruncated").GetBoolean())
        {
            throw new InvalidDataException("The request log holds a body that was cut off: it cannot be validated.");
        }

        var requestHeaders = Headers(call, "requestHeaders");

        // The log omits the credentials, so it cannot show that they were missing.
        requestHeaders["Authorization"] = "Basic (not logged)";
        return new LoggedCall(
            call.GetProperty("operation").GetString()!,
            new HttpExchange(
                Text(call, "method"),
                Text(call, "path"),
                requestHeaders,
                Text(call, "requestBody"),
                call.GetProperty("status").GetInt32(),
                Headers(call, "responseHeaders"),
                Text(call, "responseBody")));
    }

    private static string Text(JsonElement call, string name) => call.GetProperty(name).GetString()!;

    private static Dictionary<string, string> Headers(JsonElement call, string name) =>
        call.GetProperty(name).EnumerateObject()
            .ToDictionary(header => header.Name, header => header.Value.GetString() ?? "", StringComparer.OrdinalIgnoreCase);
}

/// <summary>One call as the simulator saw it; status 0: the connection was broken before the answer.</summary>
/// <param name="Operation">The simulator's name of the operation.</param>
/// <param name="Exchange">What went over the wire.</param>
public sealed record LoggedCall(string Operation, HttpExchange Exchange)
{
    /// <summary>Whether it may change anything at Dotdigital.</summary>
    public bool IsWrite => Exchange.Method != "GET";
}
