using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.TestKit.Specifications;

/// <summary>One of the vendor's OpenAPI documents.</summary>
internal sealed class ApiDocument
{
    /// <summary>The document of the v2 framework.</summary>
    public const string V2 = "dotdigital-v2.openapi.json";

    /// <summary>The document of v3 contacts.</summary>
    public const string V3Contacts = "dotdigital-v3-contacts.openapi.json";

    /// <summary>The document of v3 insight data.</summary>
    public const string V3Insight = "dotdigital-v3-insight.openapi.json";

    private static readonly HashSet<string> Methods = ["get", "put", "post", "delete", "patch"];

    private ApiDocument(string name, JsonElement root)
    {
        Name = name;
        Schemas = new SchemaValidator(root);
        Operations =
        [
            .. root.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()
                .Where(method => Methods.Contains(method.Name))
                .Select(method => new ApiOperation(this, path.Name, method.Name.ToUpperInvariant(), method.Value))),
        ];
        ErrorSchema = name == V2 ? null : JsonPointer.Get(root, "/components/schemas/errorResponse");
    }

    /// <summary>The file's name.</summary>
    public string Name { get; }

    /// <summary>Validates against the document's schemas.</summary>
    public SchemaValidator Schemas { get; }

    /// <summary>Every operation.</summary>
    public IReadOnlyList<ApiOperation> Operations { get; }

    /// <summary>The v3 error body; null for v2, whose document describes no errors.</summary>
    public JsonElement? ErrorSchema { get; }

    /// <summary>Reads a document.</summary>
    /// <param name="folder">The folder with the documents.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="defects">What is corrected in it.</param>
    public static ApiDocument Load(string folder, string name, IEnumerable<KnownDefect> defects)
    {
        var document = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, name)))!;
        foreach (var defect in defects.Where(defect => defect.Document == name))
        {
            if (JsonPointer.Set(document, defect.Pointer, JsonNode.Parse(defect.Addition)) is not null)
            {
                throw new InvalidOperationException(
                    $"{name} has something at {defect.Pointer} now: check whether the defect is fixed, and remove it from {nameof(KnownDefects)}.");
            }
        }

        return new ApiDocument(name, JsonSerializer.SerializeToElement(document));
    }
}
