using System.Globalization;
using System.Net;
using Xunit;
using static Rollcall.Tests.Simulators.Lytics.LyticsSession;

namespace Rollcall.Tests.Simulators.Lytics;

/// <summary>For any input, the answer is a refusal in Lytics' format, or a count of rejected events.</summary>
public sealed class NonsenseTests
{
    [Theory]
    [InlineData("/collect/json/dotmailer_export_status", "application/json")]
    [InlineData("/collect/bulk/dotmailer_export_status", "application/json")]
    [InlineData("/collect/bulk/dotmailer_export_status", "text/csv")]
    [InlineData("/collect/json/dotmailer_export_status", "text/plain")]
    [InlineData("/collect/bulk/dotmailer_export_status", "application/xml")]
    public async Task A_body_of_nonsense_is_refused_or_rejected(string path, string type)
    {
        await using var session = await StartWith(1);

        var mistyped = Nonsense.Mistyped("email", "account_id", "account_status", "address_book_id", "address_book_status");
        foreach (var (name, body) in Nonsense.Malformed.Concat(mistyped))
        {
            var (status, json) = await session.Post(path, body, type);
            Assert.True((int)status < 500, $"{name}: {status} {json.ToJsonString()}");
            Assert.Equal((int)status, json["status"]!.GetValue<int>());
        }

        Assert.All((await session.Get("/simulator/events")).Json.AsArray(), one => Assert.NotNull(one!["event"]));
        Assert.Equal(HttpStatusCode.OK, (await session.Get("/api/schema/user")).Status);
        Assert.Equal(HttpStatusCode.OK, (await session.Get("/api/segment/a/scan")).Status);
    }

    [Fact]
    public async Task A_body_that_is_not_JSON_is_400()
    {
        await using var session = await Start();

        foreach (var (name, body) in Nonsense.Malformed)
        {
            var (status, json) = await session.Post("/collect/json/s", body, "application/json");
            Assert.True(status == HttpStatusCode.BadRequest, $"{name}: {json.ToJsonString()}");
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await session.Post("/collect/json/s", "")).Status);
        Assert.Empty(session.Account.Events());
    }

    [Theory]
    [InlineData("/api/segment?table={0}")]
    [InlineData("/api/segment?valid={0}")]
    [InlineData("/api/segment/{0}")]
    [InlineData("/api/segment/sizes?ids={0}")]
    [InlineData("/api/segment/{0}/scan")]
    [InlineData("/api/segment/scan?id={0}")]
    [InlineData("/api/segment/a/scan?limit={0}")]
    [InlineData("/api/segment/a/scan?start={0}")]
    [InlineData("/api/segment/a/scan?splits={0}")]
    [InlineData("/api/segment/a/scan?sortfield={0}")]
    [InlineData("/api/segment/a/scan?recent={0}")]
    [InlineData("/api/segment/a/fieldinfo?limit={0}")]
    [InlineData("/api/content/recommend/user/{0}/x")]
    [InlineData("/api/content/recommend/user/email/{0}")]
    [InlineData("/api/content/recommend/user/email/person1%40example.com?limit={0}")]
    public async Task Nonsense_in_a_path_or_a_query_is_refused(string form)
    {
        await using var session = await StartWith(3);

        foreach (var value in Nonsense.Parameters.Append("MS4yLjMuNC41LjYuNy44"))
        {
            var path = string.Format(CultureInfo.InvariantCulture, form, value);
            var (status, json) = await session.Get(path);
            Assert.True((int)status < 500, $"{path}: {status} {json.ToJsonString()}");
            Assert.Equal((int)status, json["status"]!.GetValue<int>());
        }
    }
}
