using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Rollcall.Dotdigital;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

/// <summary>What each answer, and each missing answer, is taken to mean.</summary>
public sealed class FailureTests
{
    private const string Home = Connected.Home;
    private const string Fields = $"GET {Home}v2/data-fields";
    private const string Import = $"PUT {Home}contacts/v3/import";
    private const string Removal = $"POST {Home}v2/address-books/42/contacts/delete";
    private const string Unsubscribe = $"POST {Home}v2/address-books/42/contacts/unsubscribe";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(401, "", FailureKind.Configuration, null, "API user's name or password")]
    [InlineData(400, """{"message":"Invalid login ERROR_INVALID_LOGIN"}""", FailureKind.Configuration, "ERROR_INVALID_LOGIN", "name or password")]
    [InlineData(403, "", FailureKind.Configuration, null, "no permission")]
    [InlineData(400, """{"message":"ERROR_FEATURENOTACTIVE"}""", FailureKind.Configuration, "ERROR_FEATURENOTACTIVE", "ERROR_FEATURENOTACTIVE")]
    [InlineData(302, "", FailureKind.Configuration, null, "redirect")]
    [InlineData(
        400,
        """{"message":"Address book name already exists. ERROR_ADDRESSBOOK_DUPLICATE"}""",
        FailureKind.Permanent,
        "ERROR_ADDRESSBOOK_DUPLICATE",
        "already exists")]
    [InlineData(
        400,
        """{"errorCode":"contacts:badJson","description":"The request JSON is badly formed"}""",
        FailureKind.Permanent,
        "contacts:badJson",
        "contacts:badJson: The request JSON is badly formed")]
    [InlineData(413, "<html>Request Entity Too Large</html>", FailureKind.Permanent, null, "too large (413)")]
    [InlineData(404, "<html>ERROR_ADDRESSBOOK_NOT_FOUND", FailureKind.Permanent, "ERROR_ADDRESSBOOK_NOT_FOUND", "404")]
    [InlineData(418, "[1]", FailureKind.Permanent, null, "(418)")]
    public async Task An_answer_is_classified_and_reported(int status, string body, FailureKind kind, string? code, string says)
    {
        var script = Connected.Script().On(Fields, status, body);
        using var client = await Connected.ToAsync(script);
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => client.DataFields.ListAsync(Cancellation));
        Assert.Equal((kind, code, (int?)status, "dataFields.list"), (failure.Kind, failure.ErrorCode, failure.Status, failure.Operation));
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_v3_error_keeps_its_items_and_shows_no_address()
    {
        var script = Connected.Script().On(Import, 400, """
            {"errorCode":"contacts:invalidContacts","description":"The value 'jane+x@emailsim.io' is bad",
            "details":[{"item":"jane+x@emailsim.io","description":"bad"},{"item":"b","error":"Too long"}]}
            """);
        using var client = await Connected.ToAsync(script);
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => client.Imports.StartAsync("{}"u8.ToArray(), Cancellation));
        Assert.Equal(FailureKind.Permanent, failure.Kind);
        Assert.Equal([new ErrorDetail("jane+x@emailsim.io", "bad"), new ErrorDetail("b", "Too long")], failure.Details);
        Assert.Contains("(address)", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("emailsim", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "Check them in Dotdigital")]
    [InlineData(403, "another region")]
    public async Task A_refused_connection_attempt_says_what_to_do(int status, string says)
    {
        var script = new ScriptedDotdigital().On(Connected.AskAccount, status);
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => Connected.ToAsync(script));
        Assert.Equal(FailureKind.Configuration, failure.Kind);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pä:ss", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_host_is_reported_after_three_tries()
    {
        var clock = Connected.NewClock();
        var script = new ScriptedDotdigital();
        for (var i = 0; i < 3; i++)
        {
            script.On(Connected.AskAccount, new HttpRequestException(HttpRequestError.NameResolutionError));
        }

        var connecting = Connected.ToAsync(script, clock);
        await clock.PassAsync(1);
        await clock.PassAsync(2);
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => connecting);
        Assert.Equal(FailureKind.Transient, failure.Kind);
        Assert.Contains("r1-api.dotdigital.com cannot be reached", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_is_not_accepted_is_not_tried_again()
    {
        var script = new ScriptedDotdigital()
            .On(Connected.AskAccount, new HttpRequestException(HttpRequestError.SecureConnectionError, "tls", new AuthenticationException()));
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => Connected.ToAsync(script));
        Assert.Equal(FailureKind.Configuration, failure.Kind);
        Assert.Contains("certificate", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"properties":[]}""")]
    [InlineData("""{"id":1,"properties":[{"name":"ApiEndpoint","value":"r1"}]}""")]
    [InlineData("""{"id":1}""")]
    public async Task An_account_without_id_or_endpoint_is_not_an_account(string body)
    {
        var script = new ScriptedDotdigital().On(Connected.AskAccount, 200, body);
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => Connected.ToAsync(script));
        Assert.Equal(FailureKind.Configuration, failure.Kind);
    }

    public static TheoryData<string> Writes => [Import, Removal, Unsubscribe];

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_write_that_fails_at_the_server_may_have_been_done_and_is_not_repeated(string call)
    {
        var script = Connected.Script().On(call, 503, """{"message":"ERROR_SYSTEM_SERVICETEMPORARILYUNAVAILABLE"}""");
        await AssertAmbiguousAsync(script, call);
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_write_whose_connection_drops_may_have_been_done_and_is_not_repeated(string call)
    {
        var script = Connected.Script().On(call, new HttpRequestException(HttpRequestError.ResponseEnded));
        await AssertAmbiguousAsync(script, call);
        script = Connected.Script()
            .On(call, new HttpRequestException("reset", new IOException("reset", new SocketException((int)SocketError.ConnectionReset))));
        await AssertAmbiguousAsync(script, call);
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_write_answered_with_nonsense_may_have_been_done(string call)
    {
        await AssertAmbiguousAsync(Connected.Script().On(call, 202, "<html>"), call);
    }

    [Fact]
    public async Task An_accepted_import_without_an_id_may_be_under_way()
    {
        await AssertAmbiguousAsync(Connected.Script().On(Import, 202, "{}"), Import);
        await AssertAmbiguousAsync(Connected.Script().On(Removal, 202, "{}"), Removal);
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_write_without_an_answer_in_121_seconds_may_have_been_done(string call)
    {
        var clock = Connected.NewClock();
        var script = Connected.Script().On(call, NeverAsync);
        using var client = await Connected.ToAsync(script, clock);
        var writing = WriteAsync(client, call);
        await clock.PassAsync(121);
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => writing);
        Assert.Equal((FailureKind.Ambiguous, FailureCause.TimedOut), (failure.Kind, failure.Cause));
        Assert.Contains("121 seconds", failure.Message, StringComparison.Ordinal);
        script.AssertScriptUsedUp();
    }

    [Fact]
    public async Task A_reading_that_times_out_is_repeated()
    {
        var clock = Connected.NewClock();
        var script = Connected.Script().On(Fields, NeverAsync).On(Fields, 200, "[]");
        using var client = await Connected.ToAsync(script, clock);
        var reading = client.DataFields.ListAsync(Cancellation);
        await clock.PassAsync(121);
        await clock.PassAsync(1);
        Assert.Empty(await reading);
    }

    [Fact]
    public async Task A_caller_that_cancels_gets_only_the_cancellation()
    {
        using var patience = new CancellationTokenSource();
        var script = Connected.Script().On(Import, NeverAsync);
        using var client = await Connected.ToAsync(script);
        var writing = client.Imports.StartAsync("{}"u8.ToArray(), patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"message":"nothing here"}""")]
    [InlineData("""{"message":"ERROR_CONTACT_NOT_FOUND"}""")]
    public async Task Only_v3s_own_word_is_proof_that_a_person_is_absent(string body)
    {
        var script = Connected.Script().On($"GET {Home}contacts/v3/email/a%40x.io", 404, body).On($"GET {Home}contacts/v3/import/7", 404, body);
        using var client = await Connected.ToAsync(script);
        await Assert.ThrowsAsync<DotdigitalException>(() => client.Contacts.FindByEmailAsync("a@x.io", Cancellation));
        await Assert.ThrowsAsync<DotdigitalException>(() => client.Imports.ReadAsync("7", cancellation: Cancellation));
    }

    private static async Task AssertAmbiguousAsync(ScriptedDotdigital script, string call)
    {
        using var client = await Connected.ToAsync(script);
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => WriteAsync(client, call));
        Assert.Equal(FailureKind.Ambiguous, failure.Kind);
        Assert.Contains("not known", failure.Message, StringComparison.Ordinal);
        script.AssertScriptUsedUp();
    }

    private static Task WriteAsync(DotdigitalClient client, string call) => call switch
    {
        Import => client.Imports.StartAsync(Encoding.UTF8.GetBytes("""{"contacts":[]}"""), Cancellation),
        Removal => client.Contacts.RemoveFromBookAsync(42, new long[] { 1 }, Cancellation),
        _ => client.Contacts.UnsubscribeAsync(42, "a@x.io", Cancellation),
    };

    private static async Task<HttpResponseMessage> NeverAsync(CancellationToken cancellation)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
        throw new InvalidOperationException("It waited for ever.");
    }
}
