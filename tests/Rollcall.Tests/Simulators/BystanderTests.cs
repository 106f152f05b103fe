using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Rollcall.Simulators;
using Rollcall.Simulators.Lytics;
using Xunit;

namespace Rollcall.Tests.Simulators;

/// <summary>What a web page of somebody else, open in a browser on the same machine, can do to a simulator: nothing.</summary>
public sealed class BystanderTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A host that is asked for, with PORT for the simulator's own, and whether it is answered.</summary>
    public static TheoryData<string, bool> Hosts => new()
    {
        { "127.0.0.1:PORT", true },
        { "localhost:PORT", true },
        { "LOCALHOST:PORT", true },
        { "[::1]:PORT", true },
        { "evil.example:PORT", false },
        { "127.0.0.1.evil.example:PORT", false },
        { "localhost.evil.example:PORT", false },
        { "127.0.0.2:PORT", false },
        { "169.254.169.254:PORT", false },
        { "127.0.0.1:1", false },
        { "127.0.0.1", false },
        { "evil.example", false },
    };

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task A_simulator_answers_to_its_own_host_alone(string host, bool answered)
    {
        await using var dotdigital = await DotdigitalSimulator.StartAsync(new SimulatorOptions(), Cancellation);
        await using var lytics = await LyticsSimulator.StartAsync(new LyticsSimulatorOptions(), Cancellation);
        foreach (var (url, path) in new[] { (dotdigital.Url, "/"), (dotdigital.Url, "/simulator/state"), (dotdigital.Url, "/v2/account-info"),
            (lytics.Url, "/"), (lytics.Url, "/api/segment") })
        {
            using var request = Request(HttpMethod.Get, url, path);
            request.Headers.Host = host.Replace("PORT", $"{url.Port}", StringComparison.Ordinal);
            using var answer = await SendAsync(request);
            Assert.Equal(!answered, answer.StatusCode == (HttpStatusCode)421);
        }
    }

    [Fact]
    public async Task A_name_that_urls_gives_is_its_own()
    {
        await using var dotdigital = await DotdigitalSimulator.StartAsync(
            new SimulatorOptions { Urls = "http://127.0.0.1:0;http://simulator.test:0" }, Cancellation);
        foreach (var (host, status) in new[] { ("simulator.test", 200), ("10.0.0.7", 200), ("other.test", 421) })
        {
            using var request = Request(HttpMethod.Get, dotdigital.Url, "/");
            request.Headers.Host = $"{host}:{dotdigital.Url.Port}";
            using var answer = await SendAsync(request);
            Assert.Equal(status, (int)answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("Origin", "https://evil.example", false)]
    [InlineData("Origin", "null", false)]
    [InlineData("Origin", "http://127.0.0.1:1", false)]
    [InlineData("Origin", "http://evil.example:PORT", false)]
    [InlineData("Origin", "http://127.0.0.1:PORT", true)]
    [InlineData("Origin", "http://localhost:PORT", true)]
    [InlineData("Sec-Fetch-Site", "cross-site", false)]
    [InlineData("Sec-Fetch-Site", "same-origin", true)]
    public async Task A_page_of_another_origin_changes_nothing(string header, string value, bool may)
    {
        await using var dotdigital = await DotdigitalSimulator.StartAsync(new SimulatorOptions(), Cancellation);
        dotdigital.Account.AddContact("ann@example.com", dotdigital.Account.AddBook("Gold"));
        await using var lytics = await LyticsSimulator.StartAsync(new LyticsSimulatorOptions(), Cancellation);
        foreach (var (url, method, path, body) in new[]
        {
            (dotdigital.Url, "POST", "/simulator/contacts/ann@example.com/unsubscribe", null),
            (dotdigital.Url, "POST", "/simulator/options", "{}"),
            (dotdigital.Url, "DELETE", "/simulator/faults", null),
            (dotdigital.Url, "POST", "/v2/address-books", "{\"name\":\"New\"}"),
            (lytics.Url, "POST", "/simulator/options", "{}"),
            (lytics.Url, "DELETE", "/simulator/faults", null),
            (lytics.Url, "POST", "/collect/json/s", "[{\"a\":1}]"),
        })
        {
            using var request = Request(new HttpMethod(method), url, path);
            request.Headers.Add(header, value.Replace("PORT", $"{url.Port}", StringComparison.Ordinal));
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await SendAsync(request);
            Assert.Equal(may, answer.IsSuccessStatusCode);
            Assert.True(may || answer.StatusCode == HttpStatusCode.Forbidden);
        }
    }

    [Theory]
    [InlineData("text/plain", 415)]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData("multipart/form-data; boundary=b", 415)]
    [InlineData("application/jsonp", 415)]
    [InlineData(null, 415)]
    [InlineData("application/json", 200)]
    [InlineData("application/json; charset=utf-8", 200)]
    public async Task Only_JSON_changes_anything(string? type, int status)
    {
        await using var dotdigital = await DotdigitalSimulator.StartAsync(new SimulatorOptions(), Cancellation);
        await using var lytics = await LyticsSimulator.StartAsync(new LyticsSimulatorOptions(), Cancellation);
        foreach (var url in new[] { dotdigital.Url, lytics.Url })
        {
            using var request = Request(HttpMethod.Post, url, "/simulator/options");
            request.Content = new ByteArrayContent("{}"u8.ToArray());
            request.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
            using var answer = await SendAsync(request);
            Assert.Equal(status, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task Their_pages_run_nothing_and_stand_in_no_frame()
    {
        await using var dotdigital = await DotdigitalSimulator.StartAsync(new SimulatorOptions(), Cancellation);
        await using var lytics = await LyticsSimulator.StartAsync(new LyticsSimulatorOptions(), Cancellation);
        foreach (var url in new[] { dotdigital.Url, lytics.Url })
        {
            using var request = Request(HttpMethod.Get, url, "/");
            using var answer = await SendAsync(request);
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));

            var page = await answer.Content.ReadAsStringAsync(Cancellation);
            var style = page.Split("<style>")[1].Split("</style>")[0];
            Assert.Contains(
                Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(style))), policy, StringComparison.Ordinal);
            Assert.DoesNotContain("style=", page, StringComparison.Ordinal);
            Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/?page=x")]
    [InlineData("/?page=-1")]
    [InlineData("/?page=99999999999999999999")]
    [InlineData("/?page=2147483647&q=a")]
    [InlineData("/?page=1&page=2")]
    [InlineData("/?book=x")]
    [InlineData("/?book=99999999999")]
    [InlineData("/?view=nonsense")]
    [InlineData("/?nonsense=1")]
    [InlineData("/simulator/state?book=x")]
    [InlineData("/simulator/state?nonsense=1")]
    public async Task Nonsense_in_the_query_is_refused(string path)
    {
        await using var dotdigital = await DotdigitalSimulator.StartAsync(new SimulatorOptions(), Cancellation);
        using var request = Request(HttpMethod.Get, dotdigital.Url, path);
        using var answer = await SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("/?view=nonsense")]
    [InlineData("/?nonsense=1")]
    [InlineData("/simulator/events?nonsense=1")]
    [InlineData("/simulator/events?stream=a&stream=b")]
    public async Task Nonsense_in_the_query_of_the_other_is_refused(string path)
    {
        await using var lytics = await LyticsSimulator.StartAsync(new LyticsSimulatorOptions(), Cancellation);
        using var request = Request(HttpMethod.Get, lytics.Url, path);
        using var answer = await SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("Subscribed,Unsubscribed")]
    [InlineData("")]
    public async Task A_status_that_is_none_is_refused(string status)
    {
        await using var dotdigital = await DotdigitalSimulator.StartAsync(new SimulatorOptions(), Cancellation);
        dotdigital.Account.AddContact("ann@example.com", dotdigital.Account.AddBook("Gold"));
        using var request = Request(HttpMethod.Post, dotdigital.Url, $"/simulator/contacts/ann@example.com/status?value={status}");
        using var answer = await SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private static HttpRequestMessage Request(HttpMethod method, Uri url, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(url, path));
        request.Headers.TryAddWithoutValidation(
            "Authorization", path.StartsWith("/v2", StringComparison.Ordinal) ? "Basic " + Convert.ToBase64String("demo:demo"u8) : "demo");
        return request;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        using var http = new HttpClient();
        return await http.SendAsync(request, Cancellation);
    }
}
