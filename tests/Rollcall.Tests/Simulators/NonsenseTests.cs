using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

/// <summary>For any input, the answer is a refusal in the service's format: never a failure of the simulator, never a lost connection.</summary>
public sealed class NonsenseTests
{
    private const string Contact = "/contacts/v3/email/ada%40example.com";
    private const string Deletion = "/insightData/v3/contacts/email/ada%40example.com/Lytics/deleteRecords";

    private static readonly string[] Names =
    [
        "email", "name", "visibility", "type", "id", "unsubscribedContact", "identifiers", "dataFields", "channelProperties", "lists", "preferences",
        "consentRecords", "contacts", "mergeOption", "collectionName", "records", "keys",
    ];

    /// <summary>Every operation with a body.</summary>
    public static TheoryData<string, string> Writes => new(
        ("PUT", "/contacts/v3/import"),
        ("PATCH", Contact),
        ("PUT", "/insightData/v3/import"),
        ("DELETE", Deletion),
        ("POST", "/v2/address-books"),
        ("POST", "/v2/data-fields"),
        ("POST", "/v2/address-books/1001/contacts"),
        ("POST", "/v2/address-books/1001/contacts/delete"),
        ("POST", "/v2/address-books/1001/contacts/unsubscribe"),
        ("POST", "/v2/contacts/unsubscribe"),
        ("POST", "/v2/address-books/1001/contacts/resubscribe"),
        ("POST", "/v2/address-books/1001/contacts/resubscribe-with-no-challenge"),
        ("POST", "/v2/contacts/resubscribe"),
        ("POST", "/v2/contacts/resubscribe-with-no-challenge"));

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_body_that_is_not_JSON_is_400(string method, string path)
    {
        await using var session = await Start();
        session.Account.AddContact("ada@example.com");

        foreach (var (name, body) in Nonsense.Malformed)
        {
            var (status, why) = await Send(session, method, path, body, "application/json");
            Assert.True(status == HttpStatusCode.BadRequest && IsError(path, why), $"{name}: {status} {why}");
        }
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task Values_of_wrong_kinds_and_sizes_are_refused_or_harmless(string method, string path)
    {
        await using var session = await Start();
        session.Account.AddContact("ada@example.com");

        foreach (var (name, body) in Nonsense.Mistyped(Names))
        {
            var (status, why) = await Send(session, method, path, body, "application/json");
            Assert.True((int)status < 500, $"{name}: {status} {why}");
            Assert.True((int)status < 300 || IsError(path, why), $"{name}: {why}");
        }

        session.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, (await session.Get("/contacts/v3")).Status);
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task Another_content_type_is_415(string method, string path)
    {
        await using var session = await Start();

        string?[] types = ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nonsense", null];
        foreach (var type in types)
        {
            var (status, why) = await Send(session, method, path, "{}"u8.ToArray(), type);
            Assert.True(status == HttpStatusCode.UnsupportedMediaType && IsError(path, why), $"{type}: {status} {why}");
        }
    }

    [Fact]
    public async Task Records_of_nonsense_fail_in_the_report_and_the_import_ends()
    {
        await using var session = await Start();
        var records = Nonsense.Mistyped("matchIdentifier", "identifiers", "dataFields", "lists", "channelProperties", "preferences", "consentRecords")
            .Select(one => Encoding.UTF8.GetString(one.Body))
            .ToList();
        var identified = records
            .Where(record => record.StartsWith("{\"", StringComparison.Ordinal) && !record.StartsWith("{\"identifiers\"", StringComparison.Ordinal))
            .Select((record, at) => $$"""{"identifiers":{"email":"p{{at}}@example.com"},{{record[1..]}}""");

        var report = await session.Import(string.Join(',', records.Concat(identified)));

        Assert.Equal("Finished", report["status"]!.GetValue<string>());
        Assert.NotEmpty(report["failures"]!.AsArray());
    }

    [Fact]
    public async Task Insight_records_of_nonsense_fail_in_the_report_and_the_import_ends()
    {
        await using var session = await Start();
        session.Account.AddContact("ada@example.com");
        var ended = 0;
        foreach (var (_, body) in Nonsense.Mistyped("contactIdentity", "key", "json"))
        {
            var record = Encoding.UTF8.GetString(body);
            var put = await session.Send(
                "PUT",
                "/insightData/v3/import",
                $$"""{"collectionName":"Lytics","collectionScope":"contact","collectionType":"custom","records":[{{record}}]}""");
            if (put.Status == HttpStatusCode.Accepted)
            {
                session.Clock.Advance(TimeSpan.FromMinutes(1));
                var report = await session.Get($"/insightData/v3/import/{put.Json!["importId"]}");
                Assert.Equal((HttpStatusCode.OK, "Complete"), (report.Status, report.Json!["status"]!.GetValue<string>()));
                ended++;
            }
            else
            {
                Assert.Equal(HttpStatusCode.BadRequest, put.Status);
            }
        }

        Assert.NotEqual(0, ended);
    }

    [Theory]
    [InlineData("/v2/address-books?select={0}")]
    [InlineData("/v2/address-books?skip={0}")]
    [InlineData("/v2/address-books/{0}")]
    [InlineData("/v2/address-books/{0}/contacts")]
    [InlineData("/v2/address-books/1001/contacts?withFullData={0}")]
    [InlineData("/v2/address-books/1001/contacts/unsubscribed-since/{0}")]
    [InlineData("/v2/contacts/suppressed-since/{0}")]
    [InlineData("/v2/contacts/{0}")]
    [InlineData("/v2/contacts/deletion/{0}")]
    [InlineData("/contacts/v3?limit={0}")]
    [InlineData("/contacts/v3?marker={0}")]
    [InlineData("/contacts/v3?~listId={0}")]
    [InlineData("/contacts/v3?~created={0}")]
    [InlineData("/contacts/v3?~modified=gte::{0}")]
    [InlineData("/contacts/v3?data-fields={0}")]
    [InlineData("/contacts/v3?include={0}")]
    [InlineData("/contacts/v3/{0}/ada")]
    [InlineData("/contacts/v3/email/{0}")]
    [InlineData("/contacts/v3/contactId/{0}")]
    [InlineData("/contacts/v3/mobileNumber/{0}")]
    [InlineData("/contacts/v3/import/{0}")]
    [InlineData("/insightData/v3/import/{0}")]
    public async Task Nonsense_in_a_path_or_a_query_is_refused(string form)
    {
        await using var session = await Start();

        foreach (var value in Nonsense.Parameters.Append("%00"))
        {
            var path = string.Format(CultureInfo.InvariantCulture, form, value);
            var (status, why) = await Send(session, "GET", path, null, null);
            Assert.True((int)status < 500, $"{path}: {status} {why}");
            // A zero in a path is refused by the web server itself, without a message.
            Assert.True((int)status < 300 || (value == "%00" && why.Length == 0) || IsError(path, why), $"{path}: {why}");
        }
    }

    private static bool IsError(string path, string body) => JsonNode.Parse(body) is JsonObject json
        && (path.StartsWith("/v2/", StringComparison.Ordinal)
            ? json["message"]?.GetValueKind() == JsonValueKind.String
            : json["errorCode"]?.GetValueKind() == JsonValueKind.String && json["description"]?.GetValueKind() == JsonValueKind.String);

    private static async Task<(HttpStatusCode Status, string Body)> Send(SimulatedSession session, string method, string path, byte[]? body, string? type)
    {
        var asItIs = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(session.Url.AbsoluteUri.TrimEnd('/') + path, asItIs));
        request.Headers.Authorization = Basic("demo", "demo");
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            if (type is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            }
        }

        using var http = new HttpClient();
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
