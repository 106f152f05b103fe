using Rollcall.Dotdigital;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

/// <summary>Where a password may go.</summary>
public sealed class EndpointTests
{
    [Theory]
    [InlineData("https://r1-api.dotdigital.com", true)]
    [InlineData("https://R3-API.DotDigital.com/", true)]
    [InlineData("http://r1-api.dotdigital.com", false)]
    [InlineData("https://dotdigital.com.evil.example", false)]
    [InlineData("https://evildotdigital.com", false)]
    [InlineData("https://r1-api.dotdigital.com@evil.example", false)]
    [InlineData("https://u:p@r1-api.dotdigital.com", false)]
    [InlineData("https://r1-api.dotdigital.com/?x=1", false)]
    [InlineData("https://r1-api.dotdigital.com.", false)]
    [InlineData("http://127.0.0.1:9400", true)]
    [InlineData("http://localhost:9400", true)]
    [InlineData("http://[::1]:9400", true)]
    [InlineData("https://127.0.0.1:9400", true)]
    [InlineData("ftp://127.0.0.1", false)]
    [InlineData("http://127.0.0.1.nip.io", false)]
    [InlineData("http://10.0.0.1", false)]
    [InlineData("https://10.0.0.1", false)]
    public void A_password_goes_only_to_Dotdigital_over_TLS_or_to_this_machine(string endpoint, bool allowed) =>
        Assert.Equal(allowed, DotdigitalEndpoints.WhyForbidden(new Uri(endpoint)) is null);

    [Theory]
    [InlineData("https://r1-api.dotdigital.com", "https://r3-api.dotdigital.com", true)]
    [InlineData("https://r1-api.dotdigital.com", "http://127.0.0.1:80", false)]
    [InlineData("https://r1-api.dotdigital.com", "https://localhost", false)]
    [InlineData("http://127.0.0.1:9400", "http://127.0.0.1:9401", true)]
    [InlineData("http://127.0.0.1:9400", "http://evil.example", false)]
    public void Only_this_machine_leads_to_this_machine(string from, string to, bool allowed) =>
        Assert.Equal(allowed, DotdigitalEndpoints.WhyForbidden(new Uri(to), new Uri(from)) is null);

    [Fact]
    public async Task Nothing_is_sent_to_a_forbidden_endpoint()
    {
        var script = new ScriptedDotdigital();
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => DotdigitalClient.ConnectAsync(
            Connected.Options(script, Connected.NewClock(), endpoint: new Uri("http://evil.example/")), TestContext.Current.CancellationToken));
        Assert.Equal(FailureKind.Configuration, failure.Kind);
        Assert.Contains("http://evil.example: it is not https", failure.Message, StringComparison.Ordinal);
        Assert.Empty(script.Calls);
    }

    [Fact]
    public async Task An_account_that_names_a_foreign_endpoint_gets_no_further_call()
    {
        var script = new ScriptedDotdigital().On(
            Connected.AskAccount,
            200,
            """{"id":1,"properties":[{"name":"ApiEndpoint","type":"String","value":"http://127.0.0.1:9400/"}]}""");
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => Connected.ToAsync(script));
        Assert.Equal(FailureKind.Configuration, failure.Kind);
        Assert.Contains("only an endpoint on this machine", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_simulator_on_this_machine_may_name_itself()
    {
        var script = new ScriptedDotdigital()
            .On(
                "GET http://127.0.0.1:9400/v2/account-info",
                200,
                """{"id":1,"properties":[{"name":"ApiEndpoint","type":"String","value":"http://127.0.0.1:9400"}]}""")
            .On("GET http://127.0.0.1:9400/v2/data-fields", 200, "[]");
        using var client = await DotdigitalClient.ConnectAsync(
            Connected.Options(script, Connected.NewClock(), endpoint: new Uri("http://127.0.0.1:9400")), TestContext.Current.CancellationToken);
        await client.DataFields.ListAsync(TestContext.Current.CancellationToken);
        script.AssertScriptUsedUp();
    }
}
