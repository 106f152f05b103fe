using Rollcall.TestKit.Specifications;
using Xunit;

namespace Rollcall.Contracts.Tests.Specifications;

/// <summary>Good exchanges pass; each of them, with one thing changed, does not.</summary>
public sealed class OfficialSpecificationsTests
{
    private static readonly Dictionary<string, HttpExchange> Good = new()
    {
        ["account-info"] = Exchange("GET", "/v2/account-info", "", 200,
            """{"id":1,"properties":[{"name":"ApiEndpoint","type":"String","value":"https://r1-api.dotdigital.com/"}]}"""),
        ["address-books"] = Exchange("GET", "/v2/address-books?select=1000&skip=0", "", 200,
            """[{"id":1,"name":"Brazil","visibility":"Private","contacts":5}]"""),
        ["create book"] = Exchange("POST", "/v2/address-books", """{"name":"Brazil","visibility":"Private"}""", 201,
            """{"id":1,"name":"Brazil","visibility":"Private","contacts":0}"""),
        ["create field"] = Exchange("POST", "/v2/data-fields", """{"name":"LIFETIME_SPEND","type":"Numeric","visibility":"Private"}""", 201, ""),
        ["import"] = Exchange("PUT", "/contacts/v3/import",
            """{"mergeOption":"overwrite","contacts":"""
            + """[{"matchIdentifier":"email","identifiers":{"email":"jane.doe@emailsim.io"},"dataFields":{"FIRSTNAME":"Jane"},"lists":[1,2]}]}""",
            202, """{"importId":"d7de900d-d337-43f6-b1e1-c8ec73e1a434"}"""),
        ["import report"] = Exchange("GET", "/contacts/v3/import/d7de900d-d337-43f6-b1e1-c8ec73e1a434", "", 200,
            """{"importId":"d7de900d-d337-43f6-b1e1-c8ec73e1a434","status":"Finished","summary":{"newContacts":1},"created":"""
            + """[{"contactId":1,"identifiers":{"email":"jane.doe@emailsim.io"}}],"updated":[],"failures":[]}"""),
        ["contacts"] = Exchange(
            "GET", "/contacts/v3?~listId=1&~modified=gte%3A%3A2026-01-02T03%3A04%3A05Z&include=channelProperties%7Clists&limit=5000", "", 200,
            """{"_items":[{"contactId":1,"status":"subscribed","created":"2026-01-02T03:04:05Z","updated":"2026-01-02T03:04:05Z","identifiers":"""
            + """{"email":"jane.doe@emailsim.io"},"lists":[{"id":1,"name":"Brazil","status":"subscribed"}]}],"_links":"""
            + """{"self":{"marker":"","link":"/contacts/v3"},"first":{"marker":"","link":"/contacts/v3"}}}"""),
        ["contact"] = Exchange("GET", "/contacts/v3/email/jane%2Bdoe%40emailsim.io", "", 404,
            """{"errorCode":"contacts:contactNotFound","description":"The following contacts could not be found","details":"""
            + """[{"item":"jane+doe@emailsim.io","description":"Not found"}]}"""),
        ["v2 contact by id"] = Exchange("GET", "/v2/contacts/17", "", 200, """{"id":17,"email":"jane.doe@emailsim.io","status":"Subscribed"}"""),
        ["v2 contact by email"] = Exchange("GET", "/v2/contacts/jane.doe%40emailsim.io", "", 404, """{"message":"No such contact. ERROR_CONTACT_NOT_FOUND"}"""),
        ["removal"] = Exchange("POST", "/v2/address-books/1/contacts/delete", "[684095989,1182927244]", 202,
            """{"id":"13e7b388-2060-4f58-b3dc-2885badf80ee","status":"Started"}"""),
        ["opt-outs"] = Exchange("GET", "/v2/contacts/suppressed-since/2000-01-01T00:00:00Z?select=1000&skip=0", "", 200,
            """[{"suppressedContact":{"id":1,"email":"jane.doe@emailsim.io","dataFields":null,"status":"Unsubscribed"}"""
            + ""","dateRemoved":"2026-01-02T03:04:05Z","reason":"Unsubscribed"}]"""),
        ["delete from book"] = Exchange("DELETE", "/v2/address-books/1/contacts/2", "", 204, ""),
        ["rate limit"] = Exchange("GET", "/contacts/v3", "", 429, """{"errorCode":"contacts:rateLimit","description":"Too many calls"}"""),
        ["flat limit"] = Exchange("GET", "/v2/account-info", "", 400, """{"message":"Blocked for excess API activity"}"""),
        ["wrong password"] = Exchange("GET", "/contacts/v3", "", 401, ""),
        ["broken server"] = Exchange("GET", "/contacts/v3", "", 502, "<html>"),
    };

    [Fact]
    public void Good_exchanges_pass() => OfficialSpecifications.OrSkip().AssertValid(Good.Values);

    [Theory]
    [InlineData("account-info", "\"properties\":", "\"property\":")]
    [InlineData("account-info", "\"id\":1", "\"id\":\"1\"")]
    [InlineData("address-books", "select=1000", "limit=1000")]
    [InlineData("address-books", "select=1000", "select=all")]
    [InlineData("address-books", "skip=0", "select=1")]
    [InlineData("address-books", "\"contacts\"", "\"members\"")]
    [InlineData("create book", "{\"name\":\"Brazil\",\"visibility\":\"Private\"}", "{\"visibility\":\"Private\"}")]
    [InlineData("create book", "\"Private\"}", "\"private\"}")]
    [InlineData("import", "\"matchIdentifier\":\"email\",", "")]
    [InlineData("import", "\"overwrite\"", "\"Overwrite\"")]
    [InlineData("import", "[1,2]", "[]")]
    [InlineData("import", "[1,2]", "[\"1\"]")]
    [InlineData("import", "[1,2]", "[2147483648]")]
    [InlineData("import", "\"lists\":[1,2]", "\"lists\":[1,2],\"list\":[3]")]
    [InlineData("import", "\"lists\":[1,2]", "\"channelProperties\":{\"email\":{\"emailType\":\"Html\"}}")]
    [InlineData("import", "\"lists\":[1,2]", "\"channelProperties\":{\"email\":{\"type\":\"html\"}}")]
    [InlineData("import", "\"email\":\"jane.doe@emailsim.io\"", "\"email\":\"jane.doe@emailsim.io\",\"contactId\":\"1\"")]
    [InlineData("import", "\"contacts\":", "\"source\":\"Rollcall\",\"contacts\":")]
    [InlineData("import report", "\"Finished\"", "\"finished\"")]
    [InlineData("import report", "\"contactId\":1,", "")]
    [InlineData("contacts", "gte%3A%3A2026-01-02T03%3A04%3A05Z", "2026-01-02T03%3A04%3A05Z")]
    [InlineData("contacts", "gte%3A%3A2026-01-02T03%3A04%3A05Z", "gte%3A%3A2026-01-02T03%3A04%3A05%2B00%3A00")]
    [InlineData("contacts", "limit=5000", "limit=5001")]
    [InlineData("contacts", "%7Clists", "%2Clists")]
    [InlineData("contacts", "\"status\":\"subscribed\",\"created\"", "\"status\":\"Subscribed\",\"created\"")]
    [InlineData("contacts", "\"name\":\"Brazil\",", "")]
    [InlineData("contact", "/email/", "/e.mail/")]
    [InlineData("contact", "\"errorCode\"", "\"message\"")]
    [InlineData("v2 contact by id", "\"Subscribed\"", "\"subscribed\"")]
    [InlineData("v2 contact by email", " ERROR_CONTACT_NOT_FOUND", "")]
    [InlineData("removal", "[684095989,", "[\"684095989\",")]
    [InlineData("removal", "\"Started\"", "\"InProgress\"")]
    [InlineData("opt-outs", "2000-01-01T00:00:00Z", "2000-01-01")]
    [InlineData("opt-outs", "2026-01-02T03:04:05Z", "2026-01-02")]
    [InlineData("opt-outs", "\"reason\"", "\"cause\"")]
    [InlineData("rate limit", "\"description\"", "\"message\"")]
    [InlineData("flat limit", "excess API activity", "too many calls")]
    public void With_one_thing_changed_they_do_not(string name, string old, string changed)
    {
        var good = Good[name];
        var bad = good with
        {
            Target = good.Target.Replace(old, changed, StringComparison.Ordinal),
            RequestBody = good.RequestBody.Replace(old, changed, StringComparison.Ordinal),
            ResponseBody = good.ResponseBody.Replace(old, changed, StringComparison.Ordinal),
        };
        Assert.NotEqual(good, bad);
        Assert.NotEmpty(OfficialSpecifications.OrSkip().Validate(bad));
    }

    [Fact]
    public void Method_path_status_and_headers_matter_too()
    {
        var specifications = OfficialSpecifications.OrSkip();
        var import = Good["import"];
        Assert.NotEmpty(specifications.Validate(import with { Method = "POST" }));
        Assert.NotEmpty(specifications.Validate(import with { Target = "/contacts/v3/imports" }));
        Assert.NotEmpty(specifications.Validate(import with { Status = 200 }));
        Assert.NotEmpty(specifications.Validate(import with { RequestBody = "" }));
        Assert.NotEmpty(specifications.Validate(import with { RequestBody = "{" }));
        Assert.NotEmpty(specifications.Validate(import with { ResponseBody = "" }));
        Assert.NotEmpty(specifications.Validate(import with { RequestHeaders = new Dictionary<string, string> { ["Content-Type"] = "application/json" } }));
        Assert.NotEmpty(specifications.Validate(import with { RequestHeaders = new Dictionary<string, string> { ["Authorization"] = "Basic x" } }));
        Assert.NotEmpty(
            specifications.Validate(import with { RequestHeaders = new Dictionary<string, string>(import.RequestHeaders) { ["X-Request-Id"] = "1" } }));
        Assert.NotEmpty(specifications.Validate(Good["account-info"] with { RequestBody = "{}" }));
        Assert.NotEmpty(specifications.Validate(Good["delete from book"] with { ResponseBody = "{}" }));
        Assert.NotEmpty(specifications.Validate(Good["delete from book"] with { Target = "/v2/address-books/one/contacts/2" }));
    }

    [Fact]
    public void A_response_can_be_judged_whatever_the_request_was()
    {
        var specifications = OfficialSpecifications.OrSkip();
        var refused = Good["contact"] with { RequestHeaders = new Dictionary<string, string>() };
        Assert.Empty(specifications.ValidateResponse(refused));
        Assert.NotEmpty(specifications.ValidateResponse(refused with { ResponseBody = "{}" }));
    }

    [Fact]
    public void A_failing_test_names_the_exchange_and_the_problem()
    {
        var failure = Assert.ThrowsAny<Exception>(() => OfficialSpecifications.OrSkip().AssertValid([Good["import"] with { Status = 200 }]));
        Assert.Contains("PUT /contacts/v3/import -> 200", failure.Message, StringComparison.Ordinal);
        Assert.Contains("status 200 is not in the specification", failure.Message, StringComparison.Ordinal);
    }

    private static HttpExchange Exchange(string method, string target, string request, int status, string response)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Authorization"] = "Basic YTpi" };
        if (request.Length > 0)
        {
            headers["Content-Type"] = "application/json; charset=utf-8";
        }

        var replied = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (response.Length > 0)
        {
            replied["Content-Type"] = "application/json; charset=utf-8";
        }

        return new HttpExchange(method, target, headers, request, status, replied, response);
    }
}
