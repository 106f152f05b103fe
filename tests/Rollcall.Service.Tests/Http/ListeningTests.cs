using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Http;
using Rollcall.Model;
using Rollcall.Service.Access;
using Rollcall.Service.Http;
using Xunit;

namespace Rollcall.Service.Tests.Http;

public sealed class ListeningTests
{
    private static readonly DateTimeOffset Morning = new(2026, 11, 30, 8, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("http://0.0.0.0:9470")]
    [InlineData("http://*:9470")]
    [InlineData("http://[::]:9470")]
    [InlineData("http://10.0.0.1:9470")]
    [InlineData("http://rollcall.example:9470")]
    [InlineData("http://127.0.0.1:9470;http://+:80")]
    [InlineData("https://127.0.0.1:9470")]
    public async Task Nothing_listens_where_others_could_read_tokens(string urls)
    {
        await using var scene = await ServiceScene.StartAsync(Morning, serve: false);

        var refused = await Assert.ThrowsAsync<RollcallException>(() => scene.ServeAsync(options => options with { Urls = urls }));

        Assert.Contains("--behind-proxy", refused.Problems[0].Todo, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("Rollcall.Example", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("127.0.0.2", HttpStatusCode.MisdirectedRequest)]
    public async Task It_answers_to_its_own_names_alone(string host, HttpStatusCode status)
    {
        await using var scene = await ServiceScene.StartAsync(Morning, serve: false);
        await scene.ServeAsync(options => options with { PublicNames = ["rollcall.example"] });
        using var client = new HttpClient { BaseAddress = scene.Url };
        client.DefaultRequestHeaders.Host = host;

        using var answer = await client.GetAsync(Relative("health/live"), Cancellation);

        Assert.Equal(status, answer.StatusCode);
        Assert.True(answer.Headers.Contains("X-Request-Id"));
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", HttpStatusCode.NotFound)]
    [InlineData("10.9.9.9", HttpStatusCode.TooManyRequests)]
    public async Task Where_a_request_comes_from_is_believed_of_known_proxies_alone(string proxy, HttpStatusCode status)
    {
        await using var scene = await ServiceScene.StartAsync(Morning, serve: false);
        await scene.ServeAsync(options => options with { Proxies = [proxy] });
        using var client = scene.Page();
        for (var i = 0; i < AddressLimit.Most; i++)
        {
            Assert.Equal(HttpStatusCode.NotFound, await TryAsync(client, "10.2.2.2"));
        }

        Assert.Equal(status, await TryAsync(client, "10.1.1.1"));
    }

    [Theory]
    [InlineData("10.0.0.5", false)]
    [InlineData("::ffff:10.0.0.5", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.0.0.6", true)]
    public async Task Behind_a_proxy_other_machines_come_through_it(string from, bool isPast)
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        var listening = new Listening(scene.Service<ServiceOptions>() with { Urls = "http://0.0.0.0:9470", Proxies = ["10.0.0.5"] });
        var context = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(from) } };

        Assert.Equal(isPast, listening.IsPastProxies(context));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        using var client = scene.Client(Role.Admin);
        using var said = new ByteArrayContent(new byte[BodyLimit.Usual + 1]);
        using var unsaid = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes("{\"name\":\"" + new string('x', (int)BodyLimit.Usual))));
        unsaid.Headers.ContentType = new("application/json");
        using var chunked = new HttpRequestMessage(HttpMethod.Post, Relative("api/v1/tokens")) { Content = unsaid };
        chunked.Headers.TransferEncodingChunked = true;

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await client.PostAsync(Relative("api/v1/tokens"), said, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await client.SendAsync(chunked, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task JSON_that_is_too_deep_is_refused()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        using var client = scene.Client(Role.Admin);
        using var deep = new StringContent("{\"name\":" + new string('[', 100) + new string(']', 100) + "}", Encoding.UTF8, "application/json");

        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync(Relative("api/v1/tokens"), deep, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Over_TLS_the_cookie_is_bound_to_this_host()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        await using var scene = await ServiceScene.StartAsync(Morning, serve: false);
        await scene.ServeAsync(options => options with { Urls = "https://127.0.0.1:0", Certificate = certificate });
        await scene.Service<AccessStore>()
            .AddUserAsync(new() { Email = "ann@example.com", Password = "four words in a row", Role = Role.Viewer });
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, presented, _, _) => presented!.Equals(certificate) };
        using var client = new HttpClient(handler) { BaseAddress = scene.Url };
        using var body = new StringContent("""{"email":"ann@example.com","password":"four words in a row"}""", Encoding.UTF8, "application/json");

        using var answer = await client.PostAsync(Relative("sign-in"), body, Cancellation);

        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith("__Host-rollcall=", cookie, StringComparison.Ordinal);
        Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Relative("api/v1/me"), Cancellation)).StatusCode);
    }

    private static async Task<HttpStatusCode> TryAsync(HttpClient client, string from)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Relative("first-start"));
        request.Content = new StringContent("""{"email":"a@example.com","password":"x","key":"no"}""", Encoding.UTF8, "application/json");
        request.Headers.Add("X-Forwarded-For", from);
        using var answer = await client.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Uri Relative(string path) => new(path, UriKind.Relative);
}
