using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Rollcall.Model;
using Rollcall.Service.Access;
using Xunit;

namespace Rollcall.Service.Tests.Access;

public sealed class SignInTests
{
    private const string Email = "ann@example.com";
    private const string Password = "four words in a row";

    private static readonly DateTimeOffset Morning = new(2026, 11, 30, 8, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_user_signs_in_is_known_by_a_cookie_that_no_script_and_no_other_site_can_use_and_signs_out()
    {
        await using var scene = await WithAnnAsync();
        using var client = scene.Page();

        using var answer = await SignInAsync(client);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(Email, await client.GetStringAsync(Relative("api/v1/me"), Cancellation));

        Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsync(Relative("sign-out"), null, Cancellation)).StatusCode);
        using var later = scene.Page();
        later.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(later));
    }

    [Fact]
    public async Task Nobody_learns_whether_a_user_exists()
    {
        await using var scene = await WithAnnAsync();
        using var client = scene.Page();

        for (var i = 0; i < SignIns.MostFailed; i++)
        {
            using var wrong = await SignInAsync(client, password: "not the password");
            using var unknown = await SignInAsync(client, "bob@example.com");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
            Assert.Equal((wrong.StatusCode, (await ErrorAsync(wrong)).ToString()), (unknown.StatusCode, (await ErrorAsync(unknown)).ToString()));
        }

        using var lockedOne = await SignInAsync(client);
        using var lockedOther = await SignInAsync(client, "bob@example.com");
        Assert.Equal(HttpStatusCode.TooManyRequests, lockedOne.StatusCode);
        Assert.Equal((await ErrorAsync(lockedOne)).ToString(), (await ErrorAsync(lockedOther)).ToString());

        scene.Clock.Advance(SignIns.Locked);
        Assert.Equal(HttpStatusCode.NoContent, (await SignInAsync(client)).StatusCode);
    }

    [Fact]
    public async Task Many_tries_at_once_are_no_way_around_the_lock()
    {
        await using var scene = await WithAnnAsync();
        using var client = scene.Page();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => SignInAsync(client, password: "not the password")));

        Assert.Equal(SignIns.MostFailed, answers.Count(answer => answer.StatusCode == HttpStatusCode.Unauthorized));
        Assert.Equal(10 - SignIns.MostFailed, answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task One_address_tries_only_so_often_whatever_the_account()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        using var client = scene.Page();
        for (var i = 0; i < AddressLimit.Most; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(client, $"user{i}@example.com")).StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await SignInAsync(client, "other@example.com")).StatusCode);
        scene.Clock.Advance(AddressLimit.Window);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(client, "other@example.com")).StatusCode);
    }

    [Fact]
    public async Task A_session_ends_when_nobody_uses_it_and_after_half_a_day_in_any_case()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        using var idle = await scene.SignedInAsync(Role.Viewer);
        using var busy = await scene.SignedInAsync(Role.Viewer);

        var used = TimeSpan.Zero;
        for (; used + TimeSpan.FromMinutes(50) < Sessions.Longest; used += TimeSpan.FromMinutes(50))
        {
            Assert.Equal(HttpStatusCode.OK, await MeAsync(busy));
            scene.Clock.Advance(TimeSpan.FromMinutes(50));
        }

        Assert.Equal(HttpStatusCode.OK, await MeAsync(busy));
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(idle));
        scene.Clock.Advance(Sessions.Longest - used);
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(busy));
    }

    [Fact]
    public async Task A_changed_password_ends_every_session()
    {
        await using var scene = await WithAnnAsync();
        using var client = scene.Page();
        using var other = scene.Page();
        await SignInAsync(client);
        await SignInAsync(other);

        const string Next = "another four words";
        using var wrong = await client.PostAsJsonAsync("api/v1/me/password", new { current = "not the password", password = Next }, Cancellation);
        using var right = await client.PostAsJsonAsync("api/v1/me/password", new { current = Password, password = Next }, Cancellation);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.NoContent), (wrong.StatusCode, right.StatusCode));
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (await MeAsync(client), await MeAsync(other)));
        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(client)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await SignInAsync(client, password: Next)).StatusCode);
    }

    [Fact]
    public async Task A_change_of_role_counts_at_the_next_request_and_a_removed_user_is_out()
    {
        await using var scene = await WithAnnAsync();
        using var client = scene.Page();
        await SignInAsync(client);
        using var store = new AccessStore(scene.DataFolder, scene.Clock);
        await store.AddUserAsync(new NewUser { Email = "bob@example.com", Password = Password, Role = Role.Admin });
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Relative("api/v1/users"), Cancellation)).StatusCode);

        await store.ChangeUserAsync(Email, new UserChange { Role = Role.Viewer });
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync(Relative("api/v1/users"), Cancellation)).StatusCode);

        Assert.True(await store.RemoveUserAsync(Email));
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(client));
    }

    [Fact]
    public async Task With_a_second_factor_a_code_is_needed_and_each_is_good_once()
    {
        await using var scene = await WithAnnAsync();
        using var client = scene.Page();
        using var other = scene.Page();
        await SignInAsync(client);
        await SignInAsync(other);
        using var beginning = await client.PostAsync(Relative("api/v1/me/second-factor"), null, Cancellation);
        var begun = await beginning.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.Contains($"secret={begun.GetProperty("key").GetString()}", begun.GetProperty("uri").GetString(), StringComparison.Ordinal);
        var key = Base32(begun.GetProperty("key").GetString()!);
        string Code() => SecondFactor.Code(key, SecondFactor.Step(scene.Now));
        using var other2 = scene.Page();
        Assert.Equal(HttpStatusCode.NoContent, (await SignInAsync(other2)).StatusCode);

        using var verified = await client.PostAsJsonAsync("api/v1/me/second-factor/verify", new { code = Code() }, Cancellation);
        var codes = (await verified.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("codes");
        var recovery = codes.EnumerateArray().Select(one => one.GetString()!).ToList();

        Assert.Equal(10, recovery.Count);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (await MeAsync(client), await MeAsync(other)));
        using var without = await SignInAsync(other);
        Assert.Equal("code_needed", (await ErrorAsync(without)).GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(other, code: Code())).StatusCode);
        scene.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(HttpStatusCode.NoContent, (await SignInAsync(other, code: Code())).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await SignInAsync(other, code: recovery[3])).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(other, code: recovery[3])).StatusCode);

        using var removed = await client.PostAsJsonAsync("api/v1/me/second-factor/remove", new { code = recovery[4] }, Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await SignInAsync(other)).StatusCode);
    }

    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(20000000000, "353130")]
    public void Codes_are_those_of_the_standard(long seconds, string code) =>
        Assert.Equal(code, SecondFactor.Code("12345678901234567890"u8, SecondFactor.Step(DateTimeOffset.FromUnixTimeSeconds(seconds))));

    [Theory]
    [InlineData(null, null)]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task A_session_changes_nothing_for_another_page(string? header, string? value)
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        using var client = await scene.SignedInAsync(Role.Admin);
        client.DefaultRequestHeaders.Remove("Origin");
        if (header is not null)
        {
            client.DefaultRequestHeaders.Add(header, value);
        }

        using var answer = await client.PostAsJsonAsync("api/v1/tokens", new { name = "x", role = "viewer" }, Cancellation);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("wrong_origin", (await ErrorAsync(answer)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_wrong_token_is_not_made_up_for_by_a_session()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        using var client = await scene.SignedInAsync(Role.Admin);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer rc_wrong");

        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(client));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<ServiceScene> WithAnnAsync()
    {
        var scene = await ServiceScene.StartAsync(Morning);
        await scene.Service<AccessStore>().AddUserAsync(new NewUser { Email = Email, Password = Password, Role = Role.Admin });
        return scene;
    }

    private static Task<HttpResponseMessage> SignInAsync(HttpClient client, string email = Email, string password = Password, string? code = null) =>
        client.PostAsJsonAsync("sign-in", new { email, password, code }, Cancellation);

    private static async Task<HttpStatusCode> MeAsync(HttpClient client) => (await client.GetAsync(Relative("api/v1/me"), Cancellation)).StatusCode;

    private static async Task<JsonElement> ErrorAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("error").Clone();

    private static byte[] Base32(string text)
    {
        const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bits = string.Concat(text.Select(one => Convert.ToString(Letters.IndexOf(one, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }

    private static Uri Relative(string path) => new(path, UriKind.Relative);
}
