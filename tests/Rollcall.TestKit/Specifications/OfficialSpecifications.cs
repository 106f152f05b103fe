using System.Text;

namespace Rollcall.TestKit.Specifications;

/// <summary>The vendor's OpenAPI documents, used to validate every request and response of the tests.</summary>
public sealed class OfficialSpecifications
{
    private static readonly Lazy<OfficialSpecifications> Shared = new(() => Load(SharedFolder.Reference!));

    private readonly IReadOnlyList<ApiDocument> _documents;

    private OfficialSpecifications(IReadOnlyList<ApiDocument> documents) => _documents = documents;

    internal IReadOnlyList<ApiDocument> Documents => _documents;

    /// <summary>The documents, for tests of something else that check their traffic against them as well; null where they are not here.</summary>
    public static OfficialSpecifications? Known => SharedFolder.Reference is null ? null : Shared.Value;

    /// <summary>The documents of <see cref="SharedFolder.Reference"/>; skips the test that asks where they are not here.</summary>
    public static OfficialSpecifications OrSkip()
    {
        Xunit.Assert.SkipUnless(SharedFolder.Reference is not null, SharedFolder.Absent);
        return Shared.Value;
    }

    /// <summary>Reads the documents of a folder.</summary>
    public static OfficialSpecifications Load(string folder) => Load(folder, KnownDefects.All);

    internal static OfficialSpecifications Load(string folder, IReadOnlyList<KnownDefect> defects) =>
        new([.. new[] { ApiDocument.V2, ApiDocument.V3Contacts, ApiDocument.V3Insight }.Select(name => ApiDocument.Load(folder, name, defects))]);

    /// <summary>Every way in which an exchange breaks the documents; empty when it keeps them.</summary>
    public IReadOnlyList<string> Validate(HttpExchange exchange) =>
        Best(exchange, operation => [.. RequestViolations(operation, exchange), .. ResponseViolations(operation, exchange)]);

    /// <summary>All violations of the documents in a response, independent of the request.</summary>
    public IReadOnlyList<string> ValidateResponse(HttpExchange exchange) =>
        Best(exchange, operation => [.. ResponseViolations(operation, exchange)]);

    /// <summary>Fails the test, naming every violation of every exchange.</summary>
    public void AssertValid(IEnumerable<HttpExchange> exchanges) => AssertNone(exchanges, Validate);

    /// <summary>Fails the test, naming every violation of every response.</summary>
    public void AssertResponsesValid(IEnumerable<HttpExchange> exchanges) => AssertNone(exchanges, ValidateResponse);

    private static IEnumerable<string> RequestViolations(ApiOperation operation, HttpExchange exchange) =>
        operation.CheckRequest(exchange).Select(violation => "request: " + violation);

    private static IEnumerable<string> ResponseViolations(ApiOperation operation, HttpExchange exchange) =>
        operation.CheckResponse(exchange).Select(violation => "response: " + violation);

    private static void AssertNone(IEnumerable<HttpExchange> exchanges, Func<HttpExchange, IReadOnlyList<string>> validate)
    {
        var report = new StringBuilder();
        foreach (var exchange in exchanges)
        {
            if (validate(exchange) is { Count: > 0 } violations)
            {
                report.Append('\n').Append(exchange).Append('\n').AppendJoin('\n', violations.Select(violation => "  ! " + violation));
            }
        }

        if (report.Length > 0)
        {
            Xunit.Assert.Fail($"Not as the specifications say:{report}");
        }
    }

    private IReadOnlyList<string> Best(HttpExchange exchange, Func<ApiOperation, IReadOnlyList<string>> validate)
    {
        var candidates = _documents.SelectMany(document => document.Operations)
            .Where(operation => operation.Method == exchange.Method && operation.Matches(exchange.Path))
            .ToList();
        if (candidates.Count == 0)
        {
            return [$"request: {exchange.Method} {exchange.Path} is not in the specification"];
        }

        // {id} and {email} may stand at the same place, and then matching one is enough; a fixed segment has precedence.
        var best = candidates.Min(operation => operation.Wildcards);
        return candidates.Where(operation => operation.Wildcards == best).Select(validate).MinBy(violations => violations.Count)!;
    }
}
