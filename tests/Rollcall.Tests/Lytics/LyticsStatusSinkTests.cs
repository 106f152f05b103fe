using System.Net;
using System.Text.Json;
using Rollcall.Jobs;
using Rollcall.Running;
using Rollcall.Tests.Reading;
using Xunit;

namespace Rollcall.Tests.Lytics;

public sealed class LyticsStatusSinkTests : IDisposable
{
    private readonly ScriptedLytics _lytics = new();

    [Fact]
    public async Task An_event_has_the_streams_five_keys_the_contact_where_it_is_known_and_an_id()
    {
        await DeliverAsync(
            new StatusEvent("e1", "ann@example.com", 4711, "Subscribed", 12, "Subscribed", 99),
            new StatusEvent("e2", "jörg@müller.de", 4711, "Subscribed", 12, "Removed"));

        Assert.Equal(
            [
                """{"email":"ann@example.com","account_id":4711,"account_status":"Subscribed","address_book_id":12"""
                + ""","address_book_status":"Subscribed","contact_id":99,"event_id":"e1"}""",
                """{"email":"jörg@müller.de","account_id":4711,"account_status":"Subscribed","address_book_id":12"""
                + ""","address_book_status":"Removed","event_id":"e2"}""",
            ],
            _lytics.Events);
        Assert.Equal(["/collect/json/dotmailer_export_status"], _lytics.Calls);
    }

    [Fact]
    public async Task Many_events_go_in_batches()
    {
        await DeliverAsync([.. Enumerable.Range(0, 4_001).Select(i => new StatusEvent($"e{i}", $"p{i}@example.com", 1, "Subscribed", 2, "Subscribed"))]);

        Assert.Equal(3, _lytics.Calls.Count);
        Assert.Equal(4_001, _lytics.Events.Select(one => JsonDocument.Parse(one).RootElement.GetProperty("event_id").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task No_event_makes_no_call()
    {
        await DeliverAsync();

        Assert.Empty(_lytics.Calls);
    }

    [Fact]
    public async Task Rejected_events_are_an_error()
    {
        _lytics.Instead = _ => ScriptedLytics.Answer(HttpStatusCode.OK, """{"status":200,"message":"success","data":{"message_count":1,"rejected_count":1}}""");

        var kept = await Assert.ThrowsAsync<StatusSinkException>(() =>
            DeliverAsync(new StatusEvent("e1", "ann@example.com", 1, "Subscribed", 2, "Subscribed")));

        Assert.Equal("Lytics rejected 1 of them.", kept.Message);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(401)]
    [InlineData(400)]
    public async Task A_refusal_is_an_error_that_shows_no_address(int status)
    {
        _lytics.Instead = _ => ScriptedLytics.Refuse(status);

        var kept = await Assert.ThrowsAsync<StatusSinkException>(() =>
            DeliverAsync(new StatusEvent("e1", "ann@example.com", 1, "Subscribed", 2, "Subscribed")));

        Assert.DoesNotContain("ann@", kept.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"status":200,"message":"success","data":{"message_count":1,"rejected_count":0}}""")]
    [InlineData("""{"status":200,"message":"success","data":{"message_count":0,"rejected_count":1}}""")]
    [InlineData("""{"status":200,"message":"success","data":{}}""")]
    [InlineData("""{"status":200,"message":"success"}""")]
    public async Task An_answer_that_reports_fewer_than_were_sent_means_not_accepted(string answer)
    {
        _lytics.Instead = _ => ScriptedLytics.Answer(HttpStatusCode.OK, answer);

        var kept = await Assert.ThrowsAsync<StatusSinkException>(() => DeliverAsync(Event(1), Event(2)));

        Assert.Equal((0, 0), (kept.Rejected, kept.Refused.Count));
        Assert.StartsWith("Of 2 events, Lytics accepted ", kept.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(413)]
    [InlineData(422)]
    public async Task A_refused_batch_is_halved_until_the_bad_events_are_found(int status)
    {
        _lytics.Refuses = body =>
            body.Contains("p1234@", StringComparison.Ordinal) || body.Contains("p7@", StringComparison.Ordinal)
            ? ScriptedLytics.Refuse(status, "an event is too odd")
            : null;

        var kept = await Assert.ThrowsAsync<StatusSinkException>(() => DeliverAsync([.. Enumerable.Range(0, 4_001).Select(Event)]));

        Assert.Equal(["p7@example.com", "p1234@example.com"], kept.Refused.Select(one => one.Email));
        Assert.Equal(0, kept.Rejected);
        Assert.Equal(3_999, _lytics.Events.Count);
        Assert.InRange(_lytics.Calls.Count, 3, 60);
    }

    [Fact]
    public async Task A_stream_that_refuses_everything_sets_no_event_aside()
    {
        _lytics.Refuses = _ => ScriptedLytics.Refuse(400);

        var kept = await Assert.ThrowsAsync<StatusSinkException>(() => DeliverAsync([.. Enumerable.Range(0, 2_000).Select(Event)]));

        Assert.Equal((0, 0), (kept.Rejected, kept.Refused.Count));
        Assert.InRange(_lytics.Calls.Count, 3, 100);
    }

    public void Dispose() => _lytics.Dispose();

    private static StatusEvent Event(int number) => new($"e{number}", $"p{number}@example.com", 1, "Subscribed", 2, "Subscribed");

    private Task DeliverAsync(params StatusEvent[] events)
    {
        var job = ReadingWorkshop.Job(new LyticsSourceOptions(ScriptedLytics.Access)) with
        {
            StatusSink = new LyticsSinkOptions(ScriptedLytics.Access, "dotmailer_export_status"),
        };
        return _lytics.Platform().Sink(job).DeliverAsync("run", events.ToAsyncEnumerable(), TestContext.Current.CancellationToken);
    }
}
