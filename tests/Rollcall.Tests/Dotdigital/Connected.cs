using System.Text.Json;
using Rollcall.Dotdigital;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

/// <summary>A client connected to a script, with a clock that only a test advances.</summary>
internal static class Connected
{
    public const string Home = "https://r2-api.dotdigital.com/";
    public const string AskAccount = "GET https://r1-api.dotdigital.com/v2/account-info";

    public static WatchedClock NewClock() => new();

    public static Task<DotdigitalClient> ToAsync(ScriptedDotdigital script, TimeProvider? clock = null, IProgress<CallWait>? waits = null) =>
        DotdigitalClient.ConnectAsync(Options(script, clock ?? NewClock(), waits), TestContext.Current.CancellationToken);

    public static DotdigitalOptions Options(ScriptedDotdigital script, TimeProvider clock, IProgress<CallWait>? waits = null, Uri? endpoint = null) => new()
    {
        Username = "apiuser-1@apiconnector.com",
        Password = "pä:ss",
        Handler = script,
        Clock = clock,
        Waits = waits,
        Endpoint = endpoint,
    };

    /// <summary>Asserts that a request's body is this JSON.</summary>
    public static void AssertJson(string expected, ScriptedDotdigital.Sent sent)
    {
        Assert.Equal("application/json; charset=utf-8", sent.ContentType);
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(expected).RootElement, JsonDocument.Parse(sent.Body!).RootElement), sent.Body);
    }

    /// <summary>A script whose first call is the account's.</summary>
    public static ScriptedDotdigital Script() => new ScriptedDotdigital().On(AskAccount, 200, ScriptedDotdigital.AccountInfo);
}
