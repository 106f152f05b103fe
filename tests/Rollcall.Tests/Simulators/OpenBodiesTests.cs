using System.Net;
using System.Text;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

/// <summary>What the specification leaves open is taken, as callers of other makes send it; what it forbids is not.</summary>
public sealed class OpenBodiesTests
{
    [Theory]
    [InlineData("""{"matchIdentifier":"email"}""")]
    [InlineData("""{"matchIdentifier":7}""")]
    [InlineData("""{"source":"shop","tags":["a"],"identifiers":{"email":"ada@example.com"}}""")]
    [InlineData("""{"preferences":[{"id":1,"isOptedIn":true,"name":"News"}]}""")]
    [InlineData("""{"channelProperties":{"sms":{"status":"noSubscription"},"whatsApp":{"status":"subscribed"}}}""")]
    [InlineData("""{"channelProperties":{"email":{"status":"subscribed","resubscribeOptions":{"reason":"asked"}}}}""")]
    [InlineData(
        """{"consentRecords":["""
        + """{"text":"Yes","dateTimeConsented":"2023-01-26T21:29:00Z","url":"https://example.com/","ipAddress":"129.168.0.2","userAgent":"x"}]}""")]
    [InlineData(
        """{"consentRecords":["""
        + """{"text":"Yes","dateTimeConsented":"2023-01-26T21:29:00.5+01:00","url":"https://example.com/","ipAddress":"2b01:"""
        + """1234:136:0:116f:3244:a476:d6b7","userAgent":"x"}]}""")]
    public async Task A_patch_and_an_import_take_what_is_left_open(string patch)
    {
        await using var session = await Start();

        // A record has these two already.
        var rest = patch.Replace("\"matchIdentifier\"", "\"match\"", StringComparison.Ordinal)
            .Replace("\"identifiers\"", "\"others\"", StringComparison.Ordinal);

        var answer = await session.Send("PATCH", "/contacts/v3/email/ada%40example.com", patch);
        var report = await session.Import(Record("eve@example.com", rest[1..^1]));

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Empty(report["failures"]!.AsArray());
    }

    [Theory]
    [InlineData("""{"identifiers":null}""")]
    [InlineData("""{"identifiers":{"email":null}}""")]
    [InlineData("""{"dataFields":null}""")]
    [InlineData("""{"lists":null}""")]
    [InlineData("""{"channelProperties":null}""")]
    [InlineData("""{"channelProperties":{"email":null}}""")]
    [InlineData("""{"channelProperties":{"email":{"emailType":null}}}""")]
    [InlineData("""{"channelProperties":{"email":{"status":"subscribed","colour":"red"}}}""")]
    [InlineData("""{"channelProperties":{"email":{"resubscribeOptions":null}}}""")]
    [InlineData("""{"channelProperties":{"email":{"resubscribeOptions":{"redirectUrlAfterChallenge":"/thanks"}}}}""")]
    [InlineData("""{"channelProperties":{"sms":{"status":"bogus"}}}""")]
    [InlineData("""{"channelProperties":{"sms":{"status":null}}}""")]
    [InlineData("""{"channelProperties":{"whatsApp":{"status":"bounced"}}}""")]
    [InlineData("""{"preferences":null}""")]
    [InlineData("""{"preferences":[{"id":1.5,"isOptedIn":true}]}""")]
    [InlineData("""{"preferences":[{"id":3000000000,"isOptedIn":true}]}""")]
    [InlineData("""{"preferences":[{"id":1,"isOptedIn":"yes"}]}""")]
    [InlineData("""{"consentRecords":null}""")]
    [InlineData(
        """{"consentRecords":["""
        + """{"text":"Yes","dateTimeConsented":"yesterday","url":"https://example.com/","ipAddress":"129.168.0.2","userAgent":"x"}]}""")]
    [InlineData(
        """{"consentRecords":["""
        + """{"text":"Yes","dateTimeConsented":"2023-13-26T21:29:00Z","url":"https://example.com/","ipAddress":"129.168.0.2","userAgent":"x"}]}""")]
    [InlineData(
        """{"consentRecords":["""
        + """{"text":"Yes","dateTimeConsented":"2023-01-26T21:29:00Z","url":"example.com","ipAddress":"129.168.0.2","userAgent":"x"}]}""")]
    [InlineData(
        """{"consentRecords":["""
        + """{"text":"Yes","dateTimeConsented":"2023-01-26T21:29:00Z","url":"https://example.com/","ipAddress":"129.168.2","userAgent":"x"}]}""")]
    [InlineData(
        """{"consentRecords":["""
        + """{"text":"Yes","dateTimeConsented":"2023-01-26T21:29:00Z","url":"https://example.com/","ipAddress":"home","userAgent":"x"}]}""")]
    public async Task A_patch_and_an_import_refuse_what_is_forbidden(string patch)
    {
        await using var session = await Start();

        var answer = await session.Send("PATCH", "/contacts/v3/email/ada%40example.com", patch);

        Assert.Equal((HttpStatusCode.BadRequest, "contacts:invalidContacts"), (answer.Status, answer.ErrorCode));
        if (!patch.Contains("\"identifiers\"", StringComparison.Ordinal))
        {
            var failed = Assert.Single((await session.Import(Record("eve@example.com", patch[1..^1])))["failures"]!.AsArray())!;
            Assert.Equal("eve@example.com", failed["identifiers"]!["email"]!.GetValue<string>());
        }

        Assert.Equal(0, session.Account.ContactCount);
    }

    [Theory]
    [InlineData(
        """{"matchIdentifier":"email","identifiers":{"email":"a@example.com","mobileNumber":"447700900001"},"lists":[]}""",
        "email",
        """{"email":"a@example.com","mobileNumber":"447700900001"}""")]
    [InlineData(
        """{"matchIdentifier":"email","identifiers":{"email":"a@example.com","loyaltyNo":"L1"}}""",
        "email",
        """{"email":"a@example.com","loyaltyNo":"L1"}""")]
    [InlineData("""{"identifiers":{"email":"a@example.com"}}""", "unknown", """{"email":"a@example.com"}""")]
    [InlineData("""{"matchIdentifier":"mobileNumber","identifiers":{"mobileNumber":447700900001}}""", "mobileNumber", """{"mobileNumber":"447700900001"}""")]
    [InlineData(
        """{"matchIdentifier":"email","identifiers":{"email":"a@example.com"},"dataFields":{"FIRSTNAME":"\ud800"}}""",
        "email",
        """{"email":"a@example.com"}""")]
    public async Task A_refused_record_keeps_its_identifiers_in_the_report(string record, string match, string identifiers)
    {
        await using var session = await Start();

        var failed = Assert.Single((await session.Import(record))["failures"]!.AsArray())!;

        Assert.Equal(match, failed["matchIdentifier"]!.GetValue<string>());
        Assert.Equal(identifiers, failed["identifiers"]!.ToJsonString());
    }

    [Fact]
    public async Task An_import_of_contacts_or_insight_data_may_hold_more_than_is_specified()
    {
        await using var session = await Start();
        session.Account.AddContact("ada@example.com");

        var contacts = await session.Send("PUT", "/contacts/v3/import", $$"""{"source":{"a":[1]},"contacts":[{{Record("a@example.com")}}]}""");
        var insight = await session.Send(
            "PUT",
            "/insightData/v3/import",
            """{"source":"shop","collectionName":"Lytics","collectionScope":"account","collectionType":"custom","records":[{"key":"1","json":{}}]}""");
        session.Clock.Advance(TimeSpan.FromMinutes(1));
        var deleted = await session.Send("DELETE", "/insightData/v3/contacts/email/ada%40example.com/Lytics/deleteRecords", """{"keys":["1"],"why":"asked"}""");

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.OK), (contacts.Status, insight.Status, deleted.Status));
    }

    [Fact]
    public async Task Numbers_and_truths_may_come_as_text_in_the_fields_of_both_frameworks()
    {
        await using var session = await Start();
        session.Account.AddDataField("SPEND", "Numeric");
        session.Account.AddDataField("VIP", "Boolean");

        await session.Import(Record("a@example.com", """ "dataFields":{"SPEND":"39.62","VIP":"True"} """));
        var patched = await session.Send("PATCH", "/contacts/v3/email/b%40example.com", """{"dataFields":{"SPEND":"7"}}""");

        var fields = session.Account.Contact("a@example.com")!.DataFields;
        Assert.Equal(("39.62", "true"), (fields["SPEND"], fields["VIP"]));
        Assert.Equal(7, patched.Json!["dataFields"]!["SPEND"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("PUT", "/contacts/v3/import")]
    [InlineData("PATCH", "/contacts/v3/email/ada%40example.com")]
    [InlineData("PUT", "/insightData/v3/import")]
    [InlineData("DELETE", "/insightData/v3/contacts/email/ada%40example.com/Lytics/deleteRecords")]
    [InlineData("POST", "/v2/address-books")]
    public async Task A_missing_body_and_half_a_surrogate_pair_are_badly_formed(string method, string path)
    {
        await using var session = await Start();

        var missing = await session.Send(method, path);
        var half = await session.Send(method, path, """{"name":"\ud83d","contacts\udc00":1}""");

        Assert.All([missing, half],
        answer => {
            Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
            Assert.EndsWith("badJson", answer.ErrorCode ?? "badJson", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Whole_surrogate_pairs_and_escaped_backslashes_are_text()
    {
        await using var session = await Start();

        var answer = await session.Send("PATCH", "/contacts/v3/email/ada%40example.com", """{"dataFields":{"FIRSTNAME":"\ud83d\ude00\\ud83d"}}""");

        Assert.Equal("\U0001F600\\ud83d", answer.Json!["dataFields"]!["FIRSTNAME"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_names_of_properties_and_parameters_match_without_case_in_v2()
    {
        await using var session = await Start();

        var added = await session.Post(
            $"/v2/address-books/{session.Book}/contacts",
            """{"Email":"ada@example.com","OptInType":"Single","DataFields":[{"Key":"FIRSTNAME","Value":"Ada"}]}""");
        var listed = await session.Get($"/v2/address-books/{session.Book}/contacts?Select=1&SKIP=0&withFullData=True");
        var brief = await session.Get($"/v2/address-books/{session.Book}/contacts?withfulldata=false");
        var book = await session.Post("/v2/address-books", """{"Name":"Brazil","Visibility":"Public"}""");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Created), (added.Status, book.Status));
        Assert.Equal("Ada", listed.Json![0]!["dataFields"]![0]!["value"]!.GetValue<string>());
        Assert.Null(brief.Json![0]!["dataFields"]);
        Assert.Equal("Single", brief.Json![0]!["optInType"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("GET", "/v2/address-books/1001/contacts?withFullData=maybe", null)]
    [InlineData("GET", "/v2/address-books/1001/contacts?withFullData=", null)]
    [InlineData("GET", "/v2/address-books?Select=one", null)]
    [InlineData("POST", "/v2/address-books", """{"name":"A","Name":"B"}""")]
    [InlineData("POST", "/v2/address-books", """{"name":"A","visibility":null}""")]
    [InlineData("POST", "/v2/address-books", """{"name":"A","id":"1"}""")]
    [InlineData("POST", "/v2/address-books", """{"name":"A","contacts":1.5}""")]
    [InlineData("POST", "/v2/data-fields", """{"name":"A","type":null}""")]
    [InlineData("POST", "/v2/address-books/1001/contacts", """{"email":"a@example.com","id":null}""")]
    [InlineData("POST", "/v2/address-books/1001/contacts", """{"email":"a@example.com","status":null}""")]
    [InlineData("POST", "/v2/address-books/1001/contacts/resubscribe", """{"unsubscribedContact":null}""")]
    public async Task V2_refuses_nonsense_and_null_where_the_type_has_none(string method, string path, string? body)
    {
        await using var session = await Start();

        Assert.Equal(HttpStatusCode.BadRequest, (await session.Send(method, path, body)).Status);
    }

    [Fact]
    public async Task A_path_may_be_sent_whole_as_to_a_proxy()
    {
        await using var session = await Start();
        using var connection = new System.Net.Sockets.TcpClient();
        await connection.ConnectAsync(session.Url.Host, session.Url.Port, TestContext.Current.CancellationToken);
        var head = $"GET {session.Url}v2/server-time HTTP/1.1\r\nHost: {session.Url.Authority}\r\nAuthorization: {Basic("demo", "demo")}\r\n\r\n";

        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(connection.GetStream());

        Assert.StartsWith("HTTP/1.1 200", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
