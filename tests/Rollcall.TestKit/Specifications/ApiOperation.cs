using System.Globalization;
using System.Text.Json;

namespace Rollcall.TestKit.Specifications;

/// <summary>One path and method of a document.</summary>
internal sealed class ApiOperation(ApiDocument document, string template, string method, JsonElement definition)
{
    private readonly string[] _segments = template.Split('/');

    private readonly IReadOnlyList<JsonElement> _parameters =
        definition.TryGetProperty("parameters", out var parameters) ? [.. parameters.EnumerateArray()] : [];

    /// <summary>GET, PUT, ...</summary>
    public string Method => method;

    /// <summary>The path template, such as <c>/v2/address-books/{id}</c>.</summary>
    public string Template => template;

    /// <summary>The document that describes it.</summary>
    public ApiDocument Document => document;

    /// <summary>How many of its segments are parameters: the fewer, the better the match.</summary>
    public int Wildcards { get; } = template.Split('/').Count(segment => segment.StartsWith('{'));

    /// <summary>The media type of the request body, with its schema and examples; null when the operation has none.</summary>
    public JsonElement? RequestContent =>
        definition.TryGetProperty("requestBody", out var body) ? body.GetProperty("content").GetProperty("application/json") : null;

    /// <summary>The responses, by status.</summary>
    public JsonElement Responses => definition.GetProperty("responses");

    /// <summary>Whether a percent-encoded path has this operation's shape.</summary>
    public bool Matches(string path)
    {
        var segments = path.Split('/');
        return segments.Length == _segments.Length
            && _segments.Zip(segments).All(pair => pair.First.StartsWith('{') ? pair.Second.Length > 0 : pair.First == pair.Second);
    }

    /// <summary>Every way in which a request breaks the specification.</summary>
    public IEnumerable<string> CheckRequest(HttpExchange exchange) =>
        [.. CheckPath(exchange.Path), .. CheckQuery(exchange.Query), .. CheckHeaders(exchange), .. CheckRequestBody(exchange)];

    /// <summary>Every way in which a response breaks the specification.</summary>
    public IEnumerable<string> CheckResponse(HttpExchange exchange)
    {
        var status = exchange.Status.ToString(CultureInfo.InvariantCulture);
        if (exchange.Status is HttpExchange.NoAnswer or >= 500)
        {
            return [];
        }

        if (Responses.TryGetProperty(status, out var declared) && declared.TryGetProperty("content", out var content))
        {
            return content.TryGetProperty("application/json", out var json)
                ? CheckBody(json.GetProperty("schema"), exchange.ResponseHeaders, exchange.ResponseBody)
                : [];
        }

        if (exchange.Status >= 400)
        {
            return ErrorBodies.Check(document, exchange);
        }

        return declared.ValueKind == JsonValueKind.Undefined ? [$"status {status} is not in the specification"]
            : exchange.ResponseBody.Length > 0 ? [$"status {status} has no body in the specification"]
            : [];
    }

    private static bool IsJson(IReadOnlyDictionary<string, string> headers) =>
        headers.TryGetValue("Content-Type", out var type) && type.Split(';')[0].Trim() == "application/json";

    private static JsonElement? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private IEnumerable<string> CheckPath(string path) =>
        _segments.Zip(path.Split('/')).Where(pair => pair.First.StartsWith('{')).SelectMany(pair =>
        {
            var name = pair.First.Trim('{', '}');
            var parameter = _parameters.Single(known => Is(known, "path", name));
            return CheckParameter(parameter, Uri.UnescapeDataString(pair.Second), $"path parameter {name}");
        });

    private IEnumerable<string> CheckQuery(string query)
    {
        var given = query.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Select(pair => (Name: Uri.UnescapeDataString(pair[0]), Value: Uri.UnescapeDataString(pair.ElementAtOrDefault(1) ?? "")))
            .ToList();
        foreach (var (name, value) in given)
        {
            var parameter = _parameters.FirstOrDefault(known => Is(known, "query", name));
            foreach (var violation in parameter.ValueKind == JsonValueKind.Undefined
                ? [$"query parameter {name} is not in the specification"]
                : CheckParameter(parameter, value, $"query parameter {name}"))
            {
                yield return violation;
            }
        }

        foreach (var twice in given.GroupBy(pair => pair.Name).Where(group => group.Count() > 1))
        {
            yield return $"query parameter {twice.Key} is given twice";
        }

        foreach (var parameter in _parameters.Where(known => known.GetProperty("in").GetString() == "query"
            && known.TryGetProperty("required", out var required) && required.GetBoolean()))
        {
            var name = parameter.GetProperty("name").GetString()!;
            if (given.All(pair => pair.Name != name))
            {
                yield return $"query parameter {name} is missing";
            }
        }
    }

    private IEnumerable<string> CheckHeaders(HttpExchange exchange)
    {
        foreach (var (name, value) in exchange.RequestHeaders.Where(header => header.Key.StartsWith("x-", StringComparison.OrdinalIgnoreCase)))
        {
            var parameter = _parameters.FirstOrDefault(known => Is(known, "header", name));
            foreach (var violation in parameter.ValueKind == JsonValueKind.Undefined
                ? [$"header {name} is not in the specification"]
                : CheckParameter(parameter, value, $"header {name}"))
            {
                yield return violation;
            }
        }

        // All three documents ask for Basic authentication; the v2 one only in its text.
        if (!exchange.RequestHeaders.TryGetValue("Authorization", out var authorization)
            || !authorization.StartsWith("Basic ", StringComparison.Ordinal))
        {
            yield return "header Authorization is missing or not Basic";
        }
    }

    private IEnumerable<string> CheckRequestBody(HttpExchange exchange) => RequestContent switch
    {
        { } content => CheckBody(content.GetProperty("schema"), exchange.RequestHeaders, exchange.RequestBody),
        null when exchange.RequestBody.Length > 0 => ["the operation takes no body"],
        null => [],
    };

    private IEnumerable<string> CheckBody(JsonElement schema, IReadOnlyDictionary<string, string> headers, string body)
    {
        if (!IsJson(headers))
        {
            yield return "header Content-Type is not application/json";
        }

        foreach (var violation in Parse(body) is { } value ? document.Schemas.Validate(schema, value) : ["the body is no JSON"])
        {
            yield return violation;
        }
    }

    private IEnumerable<string> CheckParameter(JsonElement parameter, string text, string what)
    {
        var schema = document.Schemas.Resolve(parameter.GetProperty("schema"));
        var type = schema.GetProperty("type").GetString();
        var value = type switch
        {
            "string" => JsonSerializer.SerializeToElement(text),
            "array" => JsonSerializer.SerializeToElement(text.Split(Separator(parameter))),
            _ => Parse(text),
        };
        return (value is { } json ? document.Schemas.Validate(schema, json) : [$"'{text}' is no {type}"])
            .Select(violation => $"{what}: {violation}");
    }

    private static char Separator(JsonElement parameter) =>
        parameter.TryGetProperty("style", out var style) && style.GetString() == "pipeDelimited" ? '|' : ',';

    private static bool Is(JsonElement parameter, string place, string name) =>
        parameter.GetProperty("in").GetString() == place
        && string.Equals(parameter.GetProperty("name").GetString(), name, place == "header" ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
}
