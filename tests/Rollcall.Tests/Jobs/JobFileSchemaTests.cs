using System.Globalization;
using System.Text.Json.Nodes;
using NJsonSchema;
using Rollcall.Jobs;
using Xunit;

namespace Rollcall.Tests.Jobs;

public sealed class JobFileSchemaTests
{
    private static readonly string[] Parsed = ["unknown-keys.yaml", "wrong-values.yaml", "missing.yaml"];

    public static TheoryData<string> ValidFiles =>
        [.. Directory.EnumerateFiles(RepositoryFiles.Cases("valid"))
            .Concat(Directory.EnumerateFiles(Samples, "*.yaml"))
            .Select(file => Path.GetRelativePath(RepositoryFiles.Root, file))
            .Order()];

    private static string Samples => Path.Combine(RepositoryFiles.Root, "samples");

    [Theory]
    [MemberData(nameof(ValidFiles))]
    public async Task A_valid_file_satisfies_the_schema(string file)
    {
        var schema = await JsonSchema.FromJsonAsync(JobFileSchema.Json, TestContext.Current.CancellationToken);

        var wrong = schema.Validate(AsJson(await File.ReadAllTextAsync(Path.Combine(RepositoryFiles.Root, file), TestContext.Current.CancellationToken)));

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task The_template_satisfies_the_schema()
    {
        var schema = await JsonSchema.FromJsonAsync(JobFileSchema.Json, TestContext.Current.CancellationToken);

        Assert.Empty(schema.Validate(AsJson(JobFileTemplate.Text)));
    }

    [Fact]
    public async Task An_invalid_document_does_not_satisfy_the_schema()
    {
        var schema = await JsonSchema.FromJsonAsync(JobFileSchema.Json, TestContext.Current.CancellationToken);

        foreach (var file in Parsed)
        {
            var text = await File.ReadAllTextAsync(Path.Combine(RepositoryFiles.Cases("invalid"), file), TestContext.Current.CancellationToken);
            Assert.NotEmpty(schema.Validate(AsJson(text)));
        }
    }

    [Theory]
    [InlineData("exit_acton: remove")]
    [InlineData("verify: sometimes")]
    [InlineData("budget: {share: 0}")]
    [InlineData("guards: {max_enter: many}")]
    [InlineData("create_missing_fields: 1")]
    [InlineData("status_sink: {file: a.jsonl, postgres: \"postgres://x/y\"}")]
    public async Task One_wrong_line_does_not_satisfy_the_schema(string line)
    {
        var schema = await JsonSchema.FromJsonAsync(JobFileSchema.Json, TestContext.Current.CancellationToken);

        Assert.Empty(schema.Validate(AsJson(Some.Job)));
        Assert.NotEmpty(schema.Validate(AsJson(Some.Job + line)));
    }

    [Fact]
    public void Every_key_has_a_description_in_the_schema()
    {
        var root = JsonNode.Parse(JobFileSchema.Json)!;

        Assert.All(Properties(root), key => Assert.False(string.IsNullOrWhiteSpace((string?)key.Value!["description"]), key.Key));
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Properties(JsonNode node) => node switch
    {
        JsonObject map => map.SelectMany(one => Properties(one)),
        JsonArray list => list.SelectMany(item => item is null ? [] : Properties(item)),
        _ => [],
    };

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Properties(KeyValuePair<string, JsonNode?> one) => one switch
    {
        { Key: "properties", Value: { } named } => named.AsObject().Concat(named.AsObject().SelectMany(below => Properties(below.Value!))),
        { Value: { } value } => Properties(value),
        _ => [],
    };

    /// <summary>The file as an editor sees it: unquoted JSON literals keep their type.</summary>
    private static string AsJson(string text) => AsJson(JobSyntax.Parse(text.TrimStart('\uFEFF'), new JobProblems("job.yaml"))!)!.ToJsonString();

    private static JsonNode? AsJson(JobNode node) => node switch
    {
        JobMap map => new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(entry.Key, AsJson(entry.Value)))),
        JobList list => new JsonArray([.. list.Items.Select(AsJson)]),
        JobScalar { IsNothing: true } => null,
        JobScalar { Quoted: false, Text: "true" or "false" } flag => flag.Text == "true",
        JobScalar { Quoted: false } number when double.TryParse(number.Text, CultureInfo.InvariantCulture, out var value) => value,
        JobScalar scalar => scalar.Text,
        _ => null,
    };
}
