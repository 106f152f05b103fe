using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Rollcall.Dotdigital;

namespace Rollcall.Bench;

/// <summary>Answers as a Dotdigital account that keeps nothing: large imports are read and thrown away, small ones reported contact by contact.</summary>
internal static class DiscardingServer
{
    private const long Small = 5_000_000;

    public static readonly Dictionary<string, DataFieldType> Fields = new(StringComparer.OrdinalIgnoreCase)
    {
        ["FIRSTNAME"] = DataFieldType.String, ["LASTNAME"] = DataFieldType.String, ["SPEND"] = DataFieldType.Numeric, ["JOINED"] = DataFieldType.Date,
        ["VIP"] = DataFieldType.Boolean,
    };

    public static async Task<int> RunAsync(int port)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}").ConfigureKestrel(k => k.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var calls = new ConcurrentDictionary<string, long>();
        var reports = new ConcurrentDictionary<string, List<object>>();
        var contacts = new ConcurrentDictionary<string, JsonElement>();
        var buffer = new byte[1 << 20];
        var bytes = 0L;
        app.Use(async (http, next) =>
        {
            var path = http.Request.Path.Value!;
            var polling = path.StartsWith("/contacts/v3/import/", StringComparison.Ordinal)
                || path.StartsWith("/v2/contacts/deletion/", StringComparison.Ordinal) || path.StartsWith("/bench", StringComparison.Ordinal);
            calls.AddOrUpdate(polling ? "polling" : http.Request.Method == "PUT" ? "imports" : "others", 1, (_, n) => n + 1);
            await next();
        });
        app.MapGet("/v2/account-info", () => Json($$"""{"id":1,"properties":[{"name":"ApiEndpoint","type":"String","value":"http://127.0.0.1:{{port}}/"}]}"""));
        app.MapGet("/v2/server-time", () => Json($"\"{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}\""));
        app.MapGet("/v2/address-books", () => Json(
            """[{"id":1,"name":"Everyone","visibility":"Private","contacts":0},{"id":2,"name":"Tenth","visibility":"Private","contacts":0}]"""));
        app.MapGet(
            "/v2/data-fields",
            () => Results.Json(Fields.Select(f => new { name = f.Key, type = f.Value.ToString(), visibility = "Private", defaultValue = (string?)null })));
        app.MapGet("/v2/address-books/{id}/contacts/unsubscribed-since/{date}", () => Json("[]"));
        app.MapGet("/v2/contacts/suppressed-since/{date}", () => Json("[]"));
        app.MapPost("/v2/address-books/{id}/contacts/delete", () => Results.Json(new { id = "d", status = "Started" }, statusCode: 202));
        app.MapGet("/v2/contacts/deletion/{id}", (string id) => Json("""{"id":"d","status":"Completed"}"""));
        app.MapGet(
            "/contacts/v3", (HttpRequest request) => Results.Json(new
            {
                _items = contacts.Where(c => InList(c.Value, $"{request.Query["~listId"]}")).Select(c => Shown(c.Key, c.Value)),
                _links = new { },
            }));
        app.MapPut("/contacts/v3/import",
        async (HttpRequest request) => {
            var id = Guid.NewGuid().ToString();
            bytes += request.ContentLength ?? 0;
            if (request.ContentLength < Small)
            {
                using var body = await JsonDocument.ParseAsync(request.Body);
                var done = body.RootElement.GetProperty("contacts").EnumerateArray().Select(c => c.Clone()).ToList();
                foreach (var contact in done.Where(c => c.GetProperty("identifiers").TryGetProperty("email", out _)))
                {
                    contacts[contact.GetProperty("identifiers").GetProperty("email").GetString()!] = contact;
                }

                reports[id] = done.Select(Reported).ToList();
            }
            else
            {
                while (await request.Body.ReadAsync(buffer) > 0)
                {
                }
            }

            return Results.Json(new { importId = id }, statusCode: 202);
        });
        app.MapGet(
            "/contacts/v3/import/{id}", (string id) => Results.Json(new
            {
                importId = id,
                status = "Finished",
                summary = new { },
                created = Array.Empty<object>(),
                updated = reports.GetValueOrDefault(id, []),
                failures = Array.Empty<object>(),
            }));
        app.MapGet("/bench", () => Results.Json(new { imports = calls.GetValueOrDefault("imports"), others = calls.GetValueOrDefault("others"), bytes }));
        await app.RunAsync();
        return 0;
    }

    private static long Id(string email) => 2_000_000_000 + ((long)string.GetHashCode(email, StringComparison.Ordinal) & 0x7fffffff);

    private static bool InList(JsonElement contact, string list) =>
        contact.TryGetProperty("lists", out var lists) && lists.EnumerateArray().Any(l => l.ToString() == list);

    private static object Reported(JsonElement contact)
    {
        var identifiers = contact.GetProperty("identifiers");
        return identifiers.TryGetProperty("contactId", out var known)
            ? new { contactId = known.GetInt64(), identifiers = new Dictionary<string, string>() }
            : new
            {
                contactId = Id(identifiers.GetProperty("email").GetString()!),
                identifiers = new Dictionary<string, string> { ["email"] = identifiers.GetProperty("email").GetString()! },
            };
    }

    private static object Shown(string email, JsonElement contact) => new
    {
        contactId = Id(email),
        status = "subscribed",
        created = "2026-01-01T00:00:00Z",
        updated = "2026-01-01T00:00:00Z",
        identifiers = new { email },
        channelProperties = new { email = new { status = "subscribed", emailType = "Html", optInType = "unknown" } },
        lists = contact.GetProperty("lists").EnumerateArray().Select(l => new { id = l.GetInt64(), name = "list", status = "subscribed" }),
    };

    private static IResult Json(string json) => Results.Text(json, "application/json");
}
