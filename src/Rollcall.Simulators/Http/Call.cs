using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace Rollcall.Simulators.Http;

/// <summary>Whose conventions a call follows.</summary>
internal enum Framework
{
    V2,
    Contacts,
    InsightData,
}

/// <summary>What a call costs: which rate budget it draws on.</summary>
internal enum Tier
{
    Low,
    Medium,
    High,
    Unlimited,
}

/// <summary>A call of the API: its request and its effect. <see cref="Query"/> names the known parameters.</summary>
internal sealed record Operation(
    string Name, string Method, string Template, Framework Framework, Tier Tier, Func<Call, Reply> Handle)
{
    private readonly PathTemplate _path = new(Template);

    public IReadOnlyList<string> Query { get; init; } = [];

    public bool HasBody { get; init; } = Method is "POST" or "PUT" or "PATCH";

    public int FixedWords => _path.FixedWords;

    /// <summary>The captured path values when the path is this operation's, else null.</summary>
    public string[]? Match(string[] path) => _path.Match(path);
}

/// <summary>One request to one operation.</summary>
internal sealed record Call(Operation Operation, string[] Path, IQueryCollection Query, byte[] Body)
{
    /// <summary>A path value that must be a whole number; any other is refused as the framework does.</summary>
    public int PathInt(int at) =>
        int.TryParse(Path[at], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw Refuse.With(Operation.Framework, 400, "ERROR_PARAMETER_INVALID", "invalidId", $"The id value '{Path[at]}' is invalid");

    /// <summary>v2's page: how many rows, and how many to skip.</summary>
    public (int Select, int Skip) Page()
    {
        var select = QueryInt("select", 1000);
        var skip = QueryInt("skip", 0);
        return select is >= 1 and <= 1000 && skip >= 0
            ? (select, skip)
            : throw Refuse.V2(400, "ERROR_PARAMETER_INVALID", "select must be between 1 and 1000, and skip not negative.");
    }

    public int QueryInt(string name, int otherwise)
    {
        if (!Query.TryGetValue(name, out var text))
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Refuse.With(Operation.Framework, 400, "ERROR_PARAMETER_INVALID", "invalidParameter", $"The value of '{name}' is invalid");
    }

    /// <summary>A boolean parameter, false when missing.</summary>
    public bool QueryTruth(string name) =>
        Query.TryGetValue(name, out var text) && (bool.TryParse(text, out var truth)
            ? truth
            : throw Refuse.With(Operation.Framework, 400, "ERROR_PARAMETER_INVALID", "invalidParameter", $"The value of '{name}' is invalid"));

    /// <summary>The body as JSON; anything else is refused.</summary>
    public JsonDocument Json()
    {
        JsonDocument? json = null;
        try
        {
            json = Utf8.IsValid(Body) ? JsonDocument.Parse(Body, new JsonDocumentOptions { AllowDuplicateProperties = false }) : null;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            // The latter is thrown for a name with half a surrogate pair.
        }

        if (json is null || !Unicode.IsWhole(Body))
        {
            json?.Dispose();
            throw Refuse.With(Operation.Framework, 400, "ERROR_MALFORMED_REQUEST", "badJson", "The request JSON is badly formed");
        }

        return json;
    }
}
