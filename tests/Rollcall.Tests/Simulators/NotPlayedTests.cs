using System.Net;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

/// <summary>Calls that only the real service supports are distinguished from those that do not exist.</summary>
public sealed class NotPlayedTests
{
    [Theory]
    [InlineData("GET", "/v2/contacts", "ApiContact_GetContacts")]
    [InlineData("GET", "/v2/contacts/count", "ApiContact_GetAllContactsCount")]
    [InlineData("DELETE", "/v2/address-books/1001", "ApiAddressBook_DeleteAddressBook")]
    [InlineData("POST", "/v2/contacts/import", "ApiContactImport_ImportContacts")]
    [InlineData("POST", "/v2/email", "ApiTransactionalEmail_SendTransactionalEmail")]
    [InlineData("POST", "/contacts/v3", "createContact")]
    [InlineData("PUT", "/contacts/v3/email/ada%40example.com", "replaceContact")]
    [InlineData("GET", "/contacts/v3/delete/7", "getDeleteStatus")]
    [InlineData("PUT", "/insightData/v3/contacts/email/ada%40example.com/Lytics/1", "putContactInsightDataRecord")]
    public async Task An_operation_that_is_not_played_says_so(string method, string path, string operation)
    {
        await using var session = await Start();

        var answer = await session.Send(method, path, method == "GET" ? null : "{}");

        Assert.Equal(HttpStatusCode.NotImplemented, answer.Status);
        Assert.Contains(operation, answer.Json!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(1, session.Account.Calls[operation]);
    }

    [Fact]
    public async Task A_method_that_a_path_does_not_have_is_405_and_a_path_that_is_not_there_404()
    {
        await using var session = await Start();

        var method = await session.Send("PATCH", "/v2/address-books", "{}");
        var path = await session.Get("/v2/nonsense");

        Assert.Equal((HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotFound), (method.Status, path.Status));
    }
}
