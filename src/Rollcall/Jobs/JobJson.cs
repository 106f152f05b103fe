using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Model;

namespace Rollcall.Jobs;

/// <summary>A job file as JSON, whether it is YAML or JSON: its keys and values as they stand there, with references unexpanded.</summary>
public static class JobJson
{
    private static readonly JsonSerializerOptions _indented = new(ResultJson.Options) { WriteIndented = true };

    /// <summary>The file's keys and values.</summary>
    /// <exception cref="RollcallException">Exit 2: the text is no job file.</exception>
    public static JsonObject Of(string text)
    {
        var problems = new JobProblems("job");
        return JobSyntax.Parse(text.TrimStart('\uFEFF'), problems) is { } root && !problems.HasErrors
            ? (JsonObject)Node(root)!
            : throw new RollcallException(ExitCode.BadJob, problems.All);
    }

    /// <summary>The text of a job file with these keys and values.</summary>
    public static string Text(JsonObject job) => job.ToJsonString(_indented) + "\n";

    /// <summary>The key paths, such as <c>source.lytics.token</c>, of values that refer to something as <c>${NAME}</c>.</summary>
    public static IEnumerable<string> References(JsonNode? node, string path = "") => node switch
    {
        JsonObject map => map.SelectMany(entry => References(entry.Value, path.Length == 0 ? entry.Key : $"{path}.{entry.Key}")),
        JsonArray list => list.SelectMany((item, index) => References(item, $"{path}[{index}]")),
        JsonValue value when value.GetValueKind() == JsonValueKind.String
            && value.GetValue<string>().Replace("$${", "", StringComparison.Ordinal).Contains("${", StringComparison.Ordinal) => [path],
        _ => [],
    };

    private static JsonNode? Node(JobNode node) => node switch
    {
        JobMap map => new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(entry.Key, Node(entry.Value)))),
        JobList list => new JsonArray([.. list.Items.Select(Node)]),
        JobScalar scalar => Value(scalar),
        _ => throw new InvalidOperationException($"A node of a job file is {node.Kind}."),
    };

    private static JsonValue? Value(JobScalar scalar) =>
        scalar.IsNothing ? null
        : scalar.Quoted ? JsonValue.Create(scalar.Text)
        : scalar.Text is "true" or "false" ? JsonValue.Create(scalar.Text == "true")
        : long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number.ToString(CultureInfo.InvariantCulture) == scalar.Text ? JsonValue.Create(number)
        : JsonValue.Create(scalar.Text);
}
