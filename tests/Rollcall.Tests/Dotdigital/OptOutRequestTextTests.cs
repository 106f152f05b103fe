using Rollcall.Dotdigital;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

/// <summary>The text of requests about opt-outs and resubscriptions, written manually from the specifications.</summary>
public sealed class OptOutRequestTextTests
{
    private const string Home = Connected.Home;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_person_who_left_a_book_is_read_a_page_at_a_time()
    {
        var script = Connected.Script().On($"GET {Home}v2/address-books/42/contacts/unsubscribed-since/2000-01-01T00:00:00Z?select=2&skip=900", 200, """
            [{"suppressedContact":{"id":1,"email":"nelson.redeker@example.com","optInType":"Unknown","emailType":"PlainText","dataFields":null,
            "status":"Subscribed"},"dateRemoved":"2020-01-01T09:40:18.527Z","reason":"Unsubscribed"},
            {"suppressedContact":null,"dateRemoved":"2025-07-23 11:01:55.433000+00:00","reason":"DirectComplaint"}]
            """);
        using var client = await Connected.ToAsync(script);
        var page = await client.Contacts.UnsubscribedSincePageAsync(42, new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), 900, 2, Cancellation);
        Assert.False(page.IsLast);
        Assert.Equal(
            [
                new OptedOut("nelson.redeker@example.com", 1, ContactStatus.Unsubscribed, new DateTimeOffset(2020, 1, 1, 9, 40, 18, 527, TimeSpan.Zero)),
                new OptedOut(null, null, ContactStatus.DirectComplaint, new DateTimeOffset(2025, 7, 23, 11, 1, 55, 433, TimeSpan.Zero)),
            ],
            page.Rows);
    }

    [Fact]
    public async Task A_person_who_left_the_account_is_read_a_page_at_a_time()
    {
        var script = Connected.Script().On($"GET {Home}v2/contacts/suppressed-since/2026-04-29T12:00:00Z?select=1000&skip=0", 200, """
            [{"suppressedContact":{"id":25,"email":"terry@example.com","status":"HardBounced"},"dateRemoved":"soon","reason":"NotAvailableInThisVersion"}]
            """);
        using var client = await Connected.ToAsync(script);
        var page = await client.Contacts.SuppressedSincePageAsync(new DateTimeOffset(2026, 4, 29, 12, 0, 0, TimeSpan.Zero), 0, 1000, Cancellation);
        Assert.True(page.IsLast);
        Assert.Equal([new OptedOut("terry@example.com", 25, ContactStatus.HardBounced, null)], page.Rows);
    }

    [Fact]
    public async Task One_person_is_unsubscribed_from_one_book()
    {
        var script = Connected.Script().On($"POST {Home}v2/address-books/42/contacts/unsubscribe", 200, """
            {"suppressedContact":{"id":123456,"email":"o'brien+x@emailsim.io","optInType":"Unknown","emailType":"Html","dataFields":null,
            "status":"Subscribed"},"dateRemoved":"2025-07-23 11:01:55.433000+00:00","reason":"Unsubscribed"}
            """);
        using var client = await Connected.ToAsync(script);
        var gone = await client.Contacts.UnsubscribeAsync(42, "o'brien+x@emailsim.io", Cancellation);
        Assert.Equal((123456L, ContactStatus.Unsubscribed), (gone.ContactId!.Value, gone.Status));
        Connected.AssertJson("""{"email":"o'brien+x@emailsim.io"}""", script.Calls[^1]);
    }

    [Fact]
    public async Task One_person_is_unsubscribed_from_the_account()
    {
        var script = Connected.Script().On($"POST {Home}v2/contacts/unsubscribe", 200, """
            {"suppressedContact":{"id":123456,"email":"o'brien+x@emailsim.io","status":"Unsubscribed"},
            "dateRemoved":"2025-07-23T11:01:55Z","reason":"Unsubscribed"}
            """);
        using var client = await Connected.ToAsync(script);
        var gone = await client.Contacts.UnsubscribeFromAccountAsync("o'brien+x@emailsim.io", Cancellation);
        Assert.Equal((123456L, ContactStatus.Unsubscribed), (gone.ContactId!.Value, gone.Status));
        Connected.AssertJson("""{"email":"o'brien+x@emailsim.io"}""", script.Calls[^1]);
    }

    [Theory]
    [InlineData("2025-07-23T11:01:55Z", 0)]
    [InlineData("2025-07-23 11:01:55.433000+00:00", 0)]
    [InlineData("2025-07-23T11:01:55", 14)]
    [InlineData("2025-07-23T00:00:00Z", 24)]
    [InlineData("2025-07-23", 38)]
    [InlineData("nonsense", 0)]
    public async Task A_date_says_how_far_it_may_be_off(string date, int hours)
    {
        var script = Connected.Script().On(
            $"POST {Home}v2/contacts/unsubscribe",
            200,
            $$"""{"suppressedContact":{"id":1,"email":"a@emailsim.io"},"dateRemoved":"{{date}}","reason":"Unsubscribed"}""");
        using var client = await Connected.ToAsync(script);
        var gone = await client.Contacts.UnsubscribeFromAccountAsync("a@emailsim.io", Cancellation);
        Assert.Equal(TimeSpan.FromHours(hours), gone.Margin);
    }

    [Theory]
    [InlineData(true, "resubscribe", "ContactChallenged", Resubscription.Challenged)]
    [InlineData(false, "resubscribe-with-no-challenge", "ContactAdded", Resubscription.Added)]
    [InlineData(false, "resubscribe-with-no-challenge", "ContactCannotBeUnsuppressed", Resubscription.Refused)]
    [InlineData(false, "resubscribe-with-no-challenge", "NotAvailableInThisVersion", Resubscription.Unknown)]
    public async Task One_person_is_asked_back_or_brought_back(bool challenge, string call, string status, Resubscription result)
    {
        var script = Connected.Script().On(
            $"POST {Home}v2/address-books/42/contacts/{call}",
            200,
            $$"""{"contact":{"id":7,"email":"o'brien+x@emailsim.io","status":"Subscribed"},"status":"{{status}}"}""");
        using var client = await Connected.ToAsync(script);
        var answer = await client.Contacts.ResubscribeAsync(42, "o'brien+x@emailsim.io", challenge, Cancellation);
        Assert.Equal(new ResubscribeAnswer(result, 7, "o'brien+x@emailsim.io", ContactStatus.Subscribed), answer);
        Connected.AssertJson("""{"unsubscribedContact":{"email":"o'brien+x@emailsim.io"}}""", script.Calls[^1]);
    }
}
