using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rollcall.Simulators.Http;

namespace Rollcall.Simulators.Lytics;

/// <summary>A call of the API: its request, its effect, and its duration.</summary>
internal sealed record LyticsOperation(string Name, string Method, string Template, Func<LyticsCall, Reply> Handle)
{
    private readonly PathTemplate _path = new(Template);

    /// <summary>The known parameters.</summary>
    public IReadOnlyList<string> Query { get; init; } = [];

    /// <summary>The list parameters: each can be repeated, also with brackets after the name.</summary>
    public IReadOnlyList<string> Lists { get; init; } = [];

    public Func<LyticsSimulatorOptions, TimeSpan> Latency { get; init; } = _ => TimeSpan.Zero;

    /// <summary>The largest body in bytes.</summary>
    public int MaxBody { get; init; } = 1024 * 1024;

    public bool Knows(string parameter) =>
        Query.Contains(parameter) || (parameter.EndsWith("[]", StringComparison.Ordinal) && Lists.Contains(parameter[..^2]));

    public string[]? Match(string[] path) => _path.Match(path);
}

/// <summary>One request, and the envelope of its answer.</summary>
internal sealed record LyticsCall(string[] Path, HttpRequest Request, byte[] Body, string RequestId)
{
    /// <summary>A parameter's value; null when it is not there or empty.</summary>
    public string? Text(string name) => Request.Query.TryGetValue(name, out var value) && value.Count > 0 && value[^1] is { Length: > 0 } text ? text : null;

    /// <summary>A parameter's value, which must be one of a few names.</summary>
    public string? Word(string name, params ReadOnlySpan<string> words)
    {
        var text = Text(name);
        return text is null || words.Contains(text) ? text : throw Refuse(400, $"{name} must be one of {string.Join(", ", words.ToArray())}");
    }

    public int Number(string name, int otherwise, int least, int most)
    {
        if (Text(name) is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Refuse(400, $"{name} must be a whole number from {least} to {most}");
    }

    /// <summary>Whether a boolean parameter is true.</summary>
    public bool Truth(string name) => Word(name, "true", "t", "1", "false", "f", "0") is "true" or "t" or "1";

    /// <summary>A list, written with commas, as JSON, or by naming the parameter again; null when it is not there.</summary>
    public string[]? List(string name)
    {
        const StringSplitOptions Tidy = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        IEnumerable<string?> values = [.. Request.Query[name], .. Request.Query[name + "[]"]];
        string[] list = [.. values.SelectMany(value => (value ?? "").Trim('[', ']').Split(',', Tidy)).Select(item => item.Trim('"'))];
        return list.Length == 0 ? null : list;
    }

    /// <summary>The answer with its data.</summary>
    public Reply Data(Action<Utf8JsonWriter> data, string message = "success") => Reply.Json(200,
    json => {
        json.WriteStartObject();
        json.WritePropertyName("data");
        data(json);
        End(json, 200, message);
    });

    /// <summary>Writes the rest of an envelope.</summary>
    public void End(Utf8JsonWriter json, int status, string message)
    {
        json.WriteNumber("status", status);
        json.WriteString("message", message);
        json.WriteString("request_id", RequestId);
        json.WriteEndObject();
    }

    public RefusalException Refuse(int status, string message) => new(Error(status, message, RequestId));

    public static Reply Error(int status, string message, string requestId) => Reply.Json(status,
    json => {
        json.WriteStartObject();
        json.WriteNumber("status", status);
        json.WriteString("message", message);
        json.WriteString("request_id", requestId);
        json.WriteEndObject();
    });
}
