using System.Net;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Rollcall.Model;
using Rollcall.Service.Access;
using Xunit;

namespace Rollcall.Service.Tests.Access;

public sealed class RightsTests
{
    private static readonly DateTimeOffset Morning = new(2026, 11, 30, 8, 30, 0, TimeSpan.Zero);

    public static TheoryData<string> Endpoints => [.. Rights.Table.Where(right => right.Role is not null).Select(right => right.Endpoint)];

    [Fact]
    public async Task Every_endpoint_has_a_row_in_the_table_of_rights_and_every_row_an_endpoint()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        var endpoints = scene.Endpoints.Select(one => one.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? one.RoutePattern.RawText!).ToList();

        Assert.Equal(Rights.Table.Select(right => right.Endpoint).Order(), endpoints.Order());
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task An_endpoint_is_open_to_those_whom_the_table_allows_and_to_nobody_else(string endpoint)
    {
        var right = Rights.Of(endpoint)!;
        await using var scene = await ServiceScene.StartAsync(Morning);
        using var nobody = new HttpClient { BaseAddress = scene.Url };
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(nobody, scene, endpoint));
        nobody.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "rc_" + new string('0', 64));
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(nobody, scene, endpoint));

        foreach (var role in Enum.GetValues<Role>())
        {
            foreach (var seesPeople in new[] { false, true })
            {
                var allowed = role >= right.Role && (seesPeople || !right.SeesPeople);
                using var withToken = scene.Client(role, seesPeople, changesConsent: true);
                using var signedIn = await scene.SignedInAsync(role, seesPeople, changesConsent: true);
                foreach (var client in endpoint.StartsWith("me.", StringComparison.Ordinal) ? [signedIn] : new[] { withToken, signedIn })
                {
                    var status = await CallAsync(client, scene, endpoint);

                    Assert.True(
                        allowed == (status is not (HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized)), $"{role}, sees people: {seesPeople}: {status}");
                }
            }
        }
    }

    [Fact]
    public async Task Without_a_token_a_path_that_does_not_exist_answers_as_one_that_does()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        using var nobody = new HttpClient { BaseAddress = scene.Url };
        using var client = scene.Client(Role.Viewer);

        foreach (var path in new[] { "api/v1/nothing", "api/nothing", "v2/nothing" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync(Relative(path), TestContext.Current.CancellationToken)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(Relative(path), TestContext.Current.CancellationToken)).StatusCode);
        }
    }

    [Fact]
    public async Task A_token_in_the_address_is_no_token()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        using var client = scene.Client(Role.Admin);
        var token = client.DefaultRequestHeaders.GetValues("Authorization").Single();
        using var nobody = new HttpClient { BaseAddress = scene.Url };

        var path = Relative($"api/v1/jobs?token={token}&access_token={token}&key={token}");
        using var answer = await nobody.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("Host", "evil.example")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    public async Task A_page_of_somebody_else_changes_nothing(string header, string value)
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        using var client = scene.Client(Role.Admin);
        client.DefaultRequestHeaders.TryAddWithoutValidation(header, value);

        using var answer = await client.PostAsync(Relative("api/v1/tokens"), Json("""{"name":"x","role":"viewer"}"""), TestContext.Current.CancellationToken);

        Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.MisdirectedRequest, HttpStatusCode.Forbidden });
    }

    private static async Task<HttpStatusCode> CallAsync(HttpClient client, ServiceScene scene, string endpoint)
    {
        var found = scene.Endpoints.Single(one => one.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName == endpoint);
        var method = found.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0];
        var path = found.RoutePattern.RawText!.Replace("{number:long}", "1", StringComparison.Ordinal);
        path = path.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal).TrimStart('/');
        using var request = new HttpRequestMessage(new HttpMethod(method), Relative(path));
        request.Content = method == "GET" ? null : Json("{}");
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static Uri Relative(string path) => new(path, UriKind.Relative);

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
