using Rollcall.Dotdigital;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

/// <summary>What is sent again, when, and what never is.</summary>
public sealed class RetryTests
{
    private const string Home = Connected.Home;
    private const string Fields = $"GET {Home}v2/data-fields";
    private const string Import = $"PUT {Home}contacts/v3/import";

    private static readonly DotdigitalRequest Read = DotdigitalRequest.Read("read", CallTier.High, "x");
    private static readonly DotdigitalRequest Write = DotdigitalRequest.Write("write", CallTier.Low, HttpMethod.Put, "x", null);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Kind and cause, how often it was repeated, and then: seconds before a read, and before a write, is sent again; null for never.</summary>
    public static TheoryData<string, string, int, double?, double?> Rules => new()
    {
        { "Transient", "TierLimit", 0, 0, 0 },
        { "Transient", "TierLimit", 99, 0, 0 },
        { "Transient", "FlatLimit", 0, 0, 0 },
        { "Transient", "FlatLimit", 99, 0, 0 },
        { "Transient", "ActiveImports", 0, 5, 5 },
        { "Transient", "NotSent", 0, 1, 1 },
        { "Transient", "NotSent", 3, 8, 8 },
        { "Transient", "NotSent", 5, null, null },
        { "Transient", "Busy", 0, 1, 1 },
        { "Transient", "Busy", 5, null, null },
        { "Transient", "Dropped", 0, 1, null },
        { "Transient", "TimedOut", 1, 2, null },
        { "Transient", "Answer", 4, 16, null },
        { "Transient", "Unreadable", 5, null, null },
        { "Ambiguous", "Dropped", 0, null, null },
        { "Ambiguous", "Answer", 0, null, null },
        { "Permanent", "Answer", 0, null, null },
        { "Configuration", "Answer", 0, null, null },
        { "Configuration", "NotSent", 0, null, null },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_rules(string kind, string cause, int repeats, double? beforeRead, double? beforeWrite)
    {
        var failure = new DotdigitalException(Enum.Parse<FailureKind>(kind), "op", "m") { Cause = Enum.Parse<FailureCause>(cause) };
        Assert.Equal(beforeRead, Seconds(Read, failure, repeats));
        Assert.Equal(beforeWrite, Seconds(Write, failure, repeats));
    }

    [Fact]
    public void Advice_of_the_server_goes_before_our_own_pause_within_an_hour()
    {
        var failure = new DotdigitalException(FailureKind.Transient, "op", "m") { RetryAfter = TimeSpan.FromSeconds(77) };
        Assert.Equal(77, Seconds(Read, failure, 0));
        failure = new DotdigitalException(FailureKind.Transient, "op", "m") { RetryAfter = TimeSpan.FromDays(1) };
        Assert.Equal(3600, Seconds(Read, failure, 0));
    }

    [Fact]
    public async Task A_reading_is_repeated_five_times_with_growing_pauses()
    {
        var clock = Connected.NewClock();
        var script = Connected.Script();
        for (var i = 0; i < 6; i++)
        {
            script.On(Fields, 500, "oops");
        }

        using var client = await Connected.ToAsync(script, clock);
        var reading = client.DataFields.ListAsync(Cancellation);
        foreach (var pause in new[] { 1, 2, 4, 8, 16 })
        {
            await clock.PassAsync(pause);
        }

        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => reading);
        Assert.Equal((FailureKind.Transient, 500), (failure.Kind, failure.Status));
        script.AssertScriptUsedUp();
    }

    [Fact]
    public async Task A_reading_answered_with_nonsense_is_repeated()
    {
        var clock = Connected.NewClock();
        var script = Connected.Script().On(Fields, 200, "<html>").On(Fields, 200, """[{"name":"A","type":""").On(Fields, 200, "[]");
        using var client = await Connected.ToAsync(script, clock);
        var reading = client.DataFields.ListAsync(Cancellation);
        await clock.PassAsync(1);
        await clock.PassAsync(2);
        Assert.Empty(await reading);
        script.AssertScriptUsedUp();
    }

    [Fact]
    public async Task An_import_is_sent_again_when_no_connection_came_about()
    {
        var clock = Connected.NewClock();
        var script = Connected.Script().On(Import, new HttpRequestException(HttpRequestError.ConnectionError)).On(Import, 202, """{"importId":"7"}""");
        using var client = await Connected.ToAsync(script, clock);
        var starting = client.Imports.StartAsync("{}"u8.ToArray(), Cancellation);
        await clock.PassAsync(1);
        Assert.Equal("7", await starting);
        Assert.Equal(2, client.Usage.Total);
    }

    [Fact]
    public async Task A_busy_book_is_tried_again_later_even_by_a_write()
    {
        var clock = Connected.NewClock();
        var call = $"POST {Home}v2/address-books/42/contacts/delete";
        var script = Connected.Script().On(call, 400, """{"message":"ERROR_ADDRESSBOOK_IN_USE"}""").On(call, 202, """{"id":"d"}""");
        using var client = await Connected.ToAsync(script, clock);
        var removing = client.Contacts.RemoveFromBookAsync(42, new long[] { 1 }, Cancellation);
        await clock.PassAsync(1);
        Assert.Equal(new DeletionId("d"), await removing);
    }

    [Fact]
    public async Task Too_many_imports_wait_with_growing_pauses_and_say_so()
    {
        var clock = Connected.NewClock();
        var waits = new CollectedWaits();
        var script = Connected.Script();
        for (var i = 0; i < 7; i++)
        {
            script.On(Import, 429, """{"errorCode":"contacts:tooManyActiveImports","description":"Your import request cannot be accepted"}""");
        }

        script.On(Import, 202, """{"importId":"7"}""");
        using var client = await Connected.ToAsync(script, clock, waits);
        var starting = client.Imports.StartAsync("{}"u8.ToArray(), Cancellation);
        foreach (var pause in new[] { 5, 10, 20, 30, 30, 30, 30 })
        {
            await clock.PassAsync(pause);
        }

        Assert.Equal("7", await starting);
        Assert.Equal(7, waits.All.Count);
        Assert.Contains("25 active imports", waits.All[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_used_up_tier_is_waited_out_by_Dotdigitals_clock_even_by_an_import()
    {
        // Dotdigital's clock is a day behind this machine's; its window ends 37 seconds after the answer.
        var clock = Connected.NewClock();
        var waits = new CollectedWaits();
        var dates = new DateTimeOffset(2026, 4, 30, 12, 0, 23, TimeSpan.Zero);
        var reset = dates.AddSeconds(37).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var script = Connected.Script()
            .On(Import, 429, "", ("x-ratelimit-limit", "35"), ("X-RATELIMIT-REMAINING", "0"), ("X-RateLimit-Reset", reset),
                ("x-RateLimit-scope", "lowCallRate"), ("Date", dates.ToString("R", null)))
            .On(Import, 202, """{"importId":"7"}""");
        using var client = await Connected.ToAsync(script, clock, waits);
        var starting = client.Imports.StartAsync("{}"u8.ToArray(), Cancellation);
        await clock.PassAsync(37);
        Assert.Equal("7", await starting);
        Assert.Equal(35, client.Governor.LimitOf(CallTier.Low));
        var wait = Assert.Single(waits.All);
        Assert.Contains("35 per minute", wait.Reason, StringComparison.Ordinal);
        Assert.Equal(Connected.NewClock().Start.AddSeconds(37), wait.Until);
    }

    [Theory]
    [InlineData("""{"message":"ERROR_APIUSAGE_EXCEEDED"}""")]
    [InlineData("""{"message":"Your account has been blocked due to excess API activity"}""")]
    public async Task The_flat_limit_holds_every_call_and_is_tried_again_ever_more_rarely(string body)
    {
        var clock = Connected.NewClock();
        var script = Connected.Script();
        for (var i = 0; i < 6; i++)
        {
            script.On(Import, 400, body);
        }

        script.On(Import, 202, """{"importId":"7"}""");
        using var client = await Connected.ToAsync(script, clock);
        var starting = client.Imports.StartAsync("{}"u8.ToArray(), Cancellation);
        foreach (var minutes in new[] { 1, 2, 4, 8, 10, 10 })
        {
            await clock.PassAsync(minutes * 60);
        }

        Assert.Equal("7", await starting);
    }

    private static double? Seconds(DotdigitalRequest request, DotdigitalException failure, int repeats)
    {
        var decision = DotdigitalRetryPolicy.ShouldRetry(request, failure, repeats, waits: 0);
        Assert.NotEmpty(decision.Reason);
        return decision.Again ? decision.Pause.TotalSeconds : null;
    }
}
