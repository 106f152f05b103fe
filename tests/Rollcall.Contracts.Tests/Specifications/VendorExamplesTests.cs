using System.Globalization;
using System.Text.Json;
using Rollcall.TestKit.Specifications;
using Xunit;

namespace Rollcall.Contracts.Tests.Specifications;

/// <summary>The vendor's own examples against the vendor's own schemas: what the validator would say of Dotdigital itself.</summary>
public sealed class VendorExamplesTests
{
    private const string DocumentationTool = "The page shows what its documentation tool made of the example, not what is on the wire.";

    /// <summary>Examples that break a schema, each with why the schema is believed. Anything else is a defect of the validator.</summary>
    private static readonly Dictionary<string, string> Mistakes = new()
    {
        ["PUT /contacts/v3/import request"] = "'Html': requests spell it 'html', as the schema and the description do; responses 'Html'.",
        ["PUT /insightData/v3/import request Contact level Insight data"] = "The key is a number in this one and a string, as the schema asks, in the other.",
        ["GET /insightData/v3/import/{importId} 200 Import complete"] = "'Finished' is no status of the schema, 'Complete' is: a client takes both.",
        ["GET /v2/address-books/{id}/campaigns 200 Result"] = "null where the schema has a string; nothing here calls it.",
        ["POST /v2/address-books 200 Result"] = "200 where the specification has 201: a client takes any success.",
        ["DELETE /v2/address-books/{id} 204 Result"] = "204 where the specification has 200; nothing here calls it.",
        ["GET /v2/address-books/private 200 Result"] = "A list where the schema has one book; nothing here calls it.",
        ["GET /v2/address-books/public 200 Result"] = "A list where the schema has one book; nothing here calls it.",
        ["DELETE /v2/address-books/{addressBookId}/contacts/{contactId} 204 Result"] = "A body where 204 has none.",
        ["GET /v2/address-books/{id}/contacts/unsubscribed-since/{date} 200 Result"] = DocumentationTool,
        ["POST /v2/address-books/{id}/contacts/unsubscribe 200 Result"] = DocumentationTool,
        ["GET /v2/address-books/{addressBookId}/contacts/with-preference/{preferenceId} 200 Result"] = DocumentationTool,
        ["GET /v2/address-books/{addressBookId}/contacts/with-preference/{preferenceId}/opt-ins-since/{date} 200 Result"] = DocumentationTool,
    };

    [Fact]
    public void The_examples_in_the_specifications_keep_their_schemas()
    {
        var specifications = OfficialSpecifications.OrSkip();
        var found = specifications.Documents.SelectMany(document => document.Operations).SelectMany(OwnExamples).ToList();
        Assert.True(found.Count > 60, $"only {found.Count} examples were found");
        Assert.Equal(Mistaken(found), Broken(found));
    }

    [Theory]
    [InlineData("dotdigital-v2-account.examples.json", 1)]
    [InlineData("dotdigital-v2-address-books.examples.json", 15)]
    public void The_examples_of_the_reference_pages_keep_the_specifications(string file, int atLeast)
    {
        var specifications = OfficialSpecifications.OrSkip();
        var pages = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(SharedFolder.Reference!, file)));
        var found = pages.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()
            .Where(method => method.Name != "parameters")
            .SelectMany(method => PageExamples(specifications, path.Name, method.Name.ToUpperInvariant(), method.Value))).ToList();
        Assert.True(found.Count >= atLeast, $"only {found.Count} examples were found");
        Assert.Equal(Mistaken(found), Broken(found));
    }

    private static IEnumerable<string> Broken(IEnumerable<Example> found) =>
        found.Where(example => example.Violations.Count > 0)
            .Select(example => Mistakes.ContainsKey(example.Name) ? example.Name : $"{example.Name}: {string.Join("; ", example.Violations)}");

    private static IEnumerable<string> Mistaken(IEnumerable<Example> found) =>
        found.Select(example => example.Name).Where(Mistakes.ContainsKey);

    private static IEnumerable<Example> OwnExamples(ApiOperation operation)
    {
        foreach (var (status, content) in Contents(operation))
        {
            foreach (var (title, value) in Values(content))
            {
                yield return new(
                    $"{operation.Method} {operation.Template} {status}{title}",
                    operation.Document.Schemas.Validate(content.GetProperty("schema"), value));
            }
        }
    }

    private static IEnumerable<(string Status, JsonElement Content)> Contents(ApiOperation operation)
    {
        if (operation.RequestContent is { } request)
        {
            yield return ("request", request);
        }

        foreach (var response in operation.Responses.EnumerateObject())
        {
            if (response.Value.TryGetProperty("content", out var content) && content.TryGetProperty("application/json", out var json))
            {
                yield return (response.Name, json);
            }
        }
    }

    private static IEnumerable<Example> PageExamples(OfficialSpecifications specifications, string path, string method, JsonElement page)
    {
        var target = path.Replace("{date}", "2026-01-02T00:00:00Z", StringComparison.Ordinal).Replace("{mergeOption}", "Overwrite", StringComparison.Ordinal)
            .Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
        var operation = specifications.Documents.SelectMany(document => document.Operations)
            .FirstOrDefault(operation => operation.Method == method && operation.Matches(target));
        if (operation is null)
        {
            yield break;
        }

        if (page.TryGetProperty("requestBody", out var body) && operation.RequestContent is { } request)
        {
            foreach (var (title, value) in Values(body.GetProperty("content").GetProperty("application/json")))
            {
                yield return new($"{method} {path} request{title}", operation.Document.Schemas.Validate(request.GetProperty("schema"), value));
            }
        }

        foreach (var response in page.GetProperty("responses").EnumerateObject())
        {
            if (response.Value.TryGetProperty("content", out var content) && content.TryGetProperty("application/json", out var json))
            {
                foreach (var (title, value) in Values(json))
                {
                    var exchange = new HttpExchange(
                        method, target, new Dictionary<string, string>(), "", int.Parse(response.Name, CultureInfo.InvariantCulture),
                        new Dictionary<string, string> { ["Content-Type"] = "application/json" }, value.GetRawText());
                    yield return new($"{method} {path} {response.Name}{title}", [.. operation.CheckResponse(exchange)]);
                }
            }
        }
    }

    private static IEnumerable<(string Title, JsonElement Value)> Values(JsonElement content)
    {
        if (content.TryGetProperty("example", out var example))
        {
            yield return ("", example);
        }

        if (content.TryGetProperty("examples", out var examples))
        {
            foreach (var named in examples.EnumerateObject())
            {
                yield return (" " + named.Name, named.Value.GetProperty("value"));
            }
        }
    }

    private sealed record Example(string Name, IReadOnlyList<string> Violations);
}
