using System.Text;
using Rollcall.Dotdigital;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

/// <summary>Insight data: what is sent, what is sent again, and what the answers are taken to mean.</summary>
public sealed class InsightDataTests
{
    private const string Home = Connected.Home;
    private const string Import = $"PUT {Home}insightData/v3/import";
    private const string Status = $"GET {Home}insightData/v3/import/d7de%2F1";
    private const string Delete = $"DELETE {Home}insightData/v3/contacts/contactId/6000000000/lytics_fields/deleteRecords";
    private const string Deleted = """{"summary":{"totalRecords":1,"totalDeleted":1,"totalNotFound":0},"failures":[],"notFound":[]}""";

    private static readonly string[] Keys = ["default"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Drops => new()
    {
        { Import, "before an answer" },
        { Import, "in the middle of one" },
        { Import, "failed" },
        { Delete, "before an answer" },
        { Delete, "in the middle of one" },
        { Delete, "failed" },
    };

    [Fact]
    public async Task An_imports_body_is_sent_as_it_is()
    {
        var body = """{"collectionName":"lytics_fields","records":[{"json":{"city":"Łódź"}}]}""";
        var script = Connected.Script().On(Import, 202, """{"importId":"d7de/1"}""");
        using var client = await Connected.ToAsync(script);

        Assert.Equal("d7de/1", await client.InsightData.StartAsync(Encoding.UTF8.GetBytes(body), Cancellation));

        Assert.Equal((body, "application/json; charset=utf-8"), (script.Calls[^1].Body, script.Calls[^1].ContentType));
        Assert.Equal(1, client.Usage.ByOperation()["insight.import"]);
    }

    [Fact]
    public async Task A_body_over_the_limit_or_empty_is_never_sent()
    {
        using var client = await Connected.ToAsync(Connected.Script());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            client.InsightData.StartAsync(new byte[DotdigitalLimits.ImportBodyBytes + 1], Cancellation));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.InsightData.StartAsync(ReadOnlyMemory<byte>.Empty, Cancellation));
    }

    [Theory]
    [MemberData(nameof(Drops))]
    public async Task What_is_harmless_twice_is_sent_again_with_its_whole_body(string call, string how)
    {
        var clock = Connected.NewClock();
        var script = Connected.Script();
        _ = how switch
        {
            "before an answer" => script.On(call, new HttpRequestException(HttpRequestError.ResponseEnded)),
            "in the middle of one" => script.On(call, 200, """{"importId":"1","failures":["""),
            _ => script.On(call, 500),
        };
        script.On(call, 200, call == Import ? """{"importId":"2"}""" : Deleted);
        using var client = await Connected.ToAsync(script, clock);

        var sending = SendAsync(client, call);
        await clock.PassAsync(1);
        await sending;

        Assert.NotEmpty(script.Calls[^1].Body!);
        Assert.Equal(script.Calls[^2].Body, script.Calls[^1].Body);
        script.AssertScriptUsedUp();
    }

    [Theory]
    [InlineData(Import)]
    [InlineData(Delete)]
    public async Task What_is_dropped_every_time_may_succeed_later_and_is_never_ambiguous(string call)
    {
        var clock = Connected.NewClock();
        var script = Connected.Script();
        for (var i = 0; i < 6; i++)
        {
            script.On(call, new HttpRequestException(HttpRequestError.ResponseEnded));
        }

        using var client = await Connected.ToAsync(script, clock);
        var sending = SendAsync(client, call);
        foreach (var pause in new[] { 1, 2, 4, 8, 16 })
        {
            await clock.PassAsync(pause);
        }

        Assert.Equal(FailureKind.Transient, (await Assert.ThrowsAsync<DotdigitalException>(() => sending)).Kind);
        script.AssertScriptUsedUp();
    }

    [Fact]
    public async Task An_accepted_import_without_an_id_may_be_sent_again_later()
    {
        using var client = await Connected.ToAsync(Connected.Script().On(Import, 202, "{}"));
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => SendAsync(client, Import));
        Assert.Equal((FailureKind.Transient, 202), (failure.Kind, failure.Status));
    }

    [Fact]
    public async Task The_documented_report_is_read()
    {
        var script = Connected.Script().On(Status, 200, """
            {"importId":"d7de/1","status":"Finished","collectionName":"Orders","summary":{"totalRecords":10,"totalImported":6,"totalRejected":4},
            "failures":[
            {"collectionOwner":{"ownerType":"contact","contactIdentity":{"identifier":"contactId","value":"6000000000"}},
             "failureReason":"JsonValueIncompatibleWithSchema",
             "details":["Field 'name' is required but was missing","Field 'price' is expected to be a number"],
             "key":"24938","json":{"Product":{"Name":"hat"},"Sizes":[1,2]}},
            {"collectionOwner":{"ownerType":"contact","contactIdentity":{"identifier":"ContactId","value":77}},
             "failureReason":"contactIdDoesNotExist","key":"k","json":{}},
            {"collectionOwner":{"ownerType":"contact","contactIdentity":{"identifier":"email","value":"joe.bloggs@emailsim.io"}},
             "failureReason":"Unknown","details":[],"key":"k","json":{}},
            {"collectionOwner":{"ownerType":"contact","contactIdentity":{"identifier":"contactId","value":null}},
             "failureReason":"InvalidContactIdentifier","key":"k","json":{}},
            {"collectionOwner":{"ownerType":"account"},"failureReason":"InvalidJson","key":"k","json":{}}]}
            """);
        using var client = await Connected.ToAsync(script);

        var report = await client.InsightData.ReadAsync("d7de/1", Cancellation);

        Assert.Equal(InsightImportStatus.Complete, report!.Status);
        Assert.Equal(
            [
                new InsightFailure(
                    6000000000, "24938", "JsonValueIncompatibleWithSchema",
                    "Field 'name' is required but was missing; Field 'price' is expected to be a number"),
                new InsightFailure(77, "k", "contactIdDoesNotExist", null),
                new InsightFailure(null, "k", "Unknown", null),
                new InsightFailure(null, "k", "InvalidContactIdentifier", null),
                new InsightFailure(null, "k", "InvalidJson", null),
            ],
            report.Failures);
        Assert.DoesNotContain("6000000000", report.Failures[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NotStarted", InsightImportStatus.NotStarted, false)]
    [InlineData("Processing", InsightImportStatus.Processing, false)]
    [InlineData("processing", InsightImportStatus.Processing, false)]
    [InlineData("Complete", InsightImportStatus.Complete, true)]
    [InlineData("finished", InsightImportStatus.Complete, true)]
    [InlineData("FAILED", InsightImportStatus.Failed, true)]
    [InlineData("Pondering", InsightImportStatus.Unknown, false)]
    [InlineData("3", InsightImportStatus.Unknown, false)]
    public async Task A_status_is_over_only_when_it_is_known_to_be(string word, InsightImportStatus status, bool over)
    {
        using var client = await Connected.ToAsync(Connected.Script().On(Status, 200, $$"""{"importId":"d7de/1","status":"{{word}}"}"""));
        var report = await client.InsightData.ReadAsync("d7de/1", Cancellation);
        Assert.Equal((status, over), (report!.Status, report.IsOver));
        Assert.Empty(report.Failures);
    }

    [Fact]
    public async Task An_answer_without_a_status_is_not_a_report()
    {
        using var client = await Connected.ToAsync(Connected.Script().On(Status, 200, """{"importId":"d7de/1"}"""));
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => client.InsightData.ReadAsync("d7de/1", Cancellation));
        Assert.Equal(FailureKind.Transient, failure.Kind);
    }

    [Fact]
    public async Task An_unknown_import_is_null()
    {
        using var client = await Connected.ToAsync(
            Connected.Script().On(
                Status,
                404,
                """{"errorCode":"insightData:importNotFound","description":"The import request 'd7de' could not be found!"}"""));
        Assert.Null(await client.InsightData.ReadAsync("d7de/1", Cancellation));
    }

    [Fact]
    public async Task Records_are_deleted_by_key()
    {
        var script = Connected.Script().On(
            Delete,
            200,
            """{"summary":{"totalRecords":2,"totalDeleted":1,"totalNotFound":1},"failures":[],"notFound":["o'ne \"two\""]}""");
        using var client = await Connected.ToAsync(script);

        Assert.True(await client.InsightData.DeleteAsync(6000000000, "lytics_fields", ["default", "o'ne \"two\""], Cancellation));

        Assert.Equal("""{"keys":["default","o\u0027ne \u0022two\u0022"]}""", script.Calls[^1].Body);
        Assert.Equal("application/json; charset=utf-8", script.Calls[^1].ContentType);
    }

    [Theory]
    [InlineData("insightData:contactNotFound")]
    [InlineData("insightData:collectionNotFound")]
    public async Task Records_of_nobody_or_of_no_collection_are_gone(string code)
    {
        var script = Connected.Script().On(
            Delete,
            404,
            $$"""{"errorCode":"{{code}}","description":"could not be found","details":[{"item":"x","description":"Not found"}]}""");
        using var client = await Connected.ToAsync(script);
        Assert.False(await client.InsightData.DeleteAsync(6000000000, "lytics_fields", Keys, Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"errorCode":"insightData:notFound","description":"No such operation."}""")]
    [InlineData("""{"errorCode":"contacts:contactNotFound","description":"x"}""")]
    public async Task Only_insight_datas_own_word_is_proof_that_something_is_gone(string body)
    {
        var script = Connected.Script().On(Delete, 404, body);
        using var client = await Connected.ToAsync(script);
        Assert.Equal(404, (await Assert.ThrowsAsync<DotdigitalException>(() => SendAsync(client, Delete))).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"errorCode":"contacts:importNotFound","description":"x"}""")]
    public async Task Only_insight_datas_own_word_is_proof_that_an_import_is_unknown(string body)
    {
        using var client = await Connected.ToAsync(Connected.Script().On(Status, 404, body));
        await Assert.ThrowsAsync<DotdigitalException>(() => client.InsightData.ReadAsync("d7de/1", Cancellation));
    }

    [Fact]
    public async Task Records_that_Dotdigital_failed_to_delete_are_not_called_gone()
    {
        var script = Connected.Script().On(Delete, 200, """{"summary":{"totalRecords":1,"totalDeleted":0,"totalNotFound":0},"failures":[{"key":"default"}]}""");
        using var client = await Connected.ToAsync(script);
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => SendAsync(client, Delete));
        Assert.Equal((FailureKind.Transient, "insight.delete"), (failure.Kind, failure.Operation));
        Assert.Contains("1 of 1 insight records", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_keys_or_too_many_are_never_sent()
    {
        using var client = await Connected.ToAsync(Connected.Script());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.InsightData.DeleteAsync(1, "c", [], Cancellation));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            client.InsightData.DeleteAsync(1, "c", new string[DotdigitalLimits.InsightBatch + 1], Cancellation));
    }

    [Theory]
    [InlineData(
        Import,
        400,
        """{"errorCode":"insightData:badJson","description":"The request JSON is badly formed"}""",
        FailureKind.Permanent,
        "insightData:badJson: The request JSON is badly formed")]
    [InlineData(
        Delete,
        400,
        """{"errorCode":"insightData:noRecordsSpecified","description":"You must specify the keys"}""",
        FailureKind.Permanent,
        "insightData:noRecordsSpecified")]
    [InlineData(Import, 401, "", FailureKind.Configuration, "name or password")]
    [InlineData(
        Import,
        403,
        """{"errorCode":"insightData:forbidden","description":"The API user may not do this."}""",
        FailureKind.Configuration,
        "refuses insight.import (403): the API user has no permission")]
    [InlineData(
        Delete,
        403,
        """{"errorCode":"insightData:forbidden","description":"The API user may not do this."}""",
        FailureKind.Configuration,
        "insightData:forbidden")]
    [InlineData(Import, 413, "", FailureKind.Permanent, "too large (413)")]
    public async Task A_refusal_is_classified_and_reported(string call, int status, string body, FailureKind kind, string says)
    {
        using var client = await Connected.ToAsync(Connected.Script().On(call, status, body));
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => SendAsync(client, call));
        Assert.Equal(kind, failure.Kind);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
    }

    private static Task SendAsync(DotdigitalClient client, string call) => call == Import
        ? client.InsightData.StartAsync("""{"records":[]}"""u8.ToArray(), Cancellation)
        : client.InsightData.DeleteAsync(6000000000, "lytics_fields", Keys, Cancellation);
}
