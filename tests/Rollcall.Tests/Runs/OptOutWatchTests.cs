using Microsoft.Extensions.Time.Testing;
using Rollcall.Model;
using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>
/// Opt-outs that are read late or at the worst moment, or of people who come back: what is done about them, for how long, and what is reported.
/// </summary>
public sealed class OptOutWatchTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";
    private static readonly string[] Many = [.. Enumerable.Range(0, 101).Select(i => $"p{i:D3}@example.com")];

    private readonly FakeTimeProvider _theirs = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task An_opt_out_before_our_import_that_is_first_read_when_the_person_leaves_is_put_right()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();
        var (feed, readings) = (LateFeed(scene, [Ann]), 0);
        scene.Answer = (request, body) =>
            request.Contains($"/address-books/{scene.Gold}/contacts/unsubscribed-since", StringComparison.Ordinal) && ++readings > 1 ? feed() : body;
        _theirs.Advance(TimeSpan.FromHours(1));
        scene.Set("gold", Bob);
        await scene.RunAsync();

        await scene.RunAsync();

        Assert.Equal([Bob], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Somebody_who_came_back_by_themselves_is_not_unsubscribed_by_the_runs_of_the_first_day()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();
        _theirs.Advance(TimeSpan.FromHours(1));
        scene.Account.Unsubscribe(Ann, scene.Gold);
        await scene.RunAsync();
        _theirs.Advance(TimeSpan.FromHours(1));
        scene.Account.Subscribe(Ann, scene.Gold);
        await scene.RunAsync(new RunOptions { Verify = true });

        for (var hour = 0; hour < 3; hour++)
        {
            _theirs.Advance(TimeSpan.FromHours(1));
            var result = await scene.RunAsync();
            Assert.DoesNotContain(result.Notices, n => n.Contains("unsubscribed again", StringComparison.Ordinal));
        }

        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Somebody_who_opted_out_near_a_write_of_ours_may_come_back_once_the_watch_is_over()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Ann, Bob);
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.DropAfter });
        await scene.RunAsync();
        _theirs.Advance(TimeSpan.FromHours(1));
        scene.Account.Unsubscribe(Ann, scene.Gold);
        for (var day = 0; day < 10; day++)
        {
            await scene.RunAsync();
            _theirs.Advance(TimeSpan.FromDays(1));
        }

        scene.Account.Subscribe(Ann, scene.Gold);
        await scene.RunAsync(new RunOptions { Verify = true });

        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Many_opt_outs_that_are_read_after_an_import_are_held_by_a_guard_and_reported()
    {
        await using var scene = await StartAsync();
        foreach (var person in Many)
        {
            scene.Account.AddContact(person);
        }

        TellOfMany(scene);
        scene.Set("gold", Many);

        var held = await scene.RunAsync();

        Assert.Equal((ExitCode.Guard, "optouts"), (held.ExitCode, Assert.Single(held.Guards).Guard));
        Assert.Equal(Many.Length, scene.In(scene.Gold).Count);
        Assert.Equal(ExitCode.Guard, (await scene.RunAsync()).ExitCode);
        await scene.RunAsync("optouts");
        Assert.Empty(scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_killed_run_whose_import_put_many_back_is_held_by_the_next()
    {
        await using var scene = await StartAsync();
        foreach (var person in Many)
        {
            scene.Account.AddContact(person);
        }

        var dead = false;
        scene.Checkpoint = _ => Assert.False(dead, "killed");
        TellOfMany(scene, () => dead = true);
        scene.Set("gold", Many);
        await Assert.ThrowsAnyAsync<Exception>(() => scene.RunAsync());
        dead = false;

        var held = await scene.RunAsync();

        Assert.Equal((ExitCode.Guard, "optouts"), (held.ExitCode, Assert.Single(held.Guards).Guard));
        Assert.Equal(Many.Length, scene.In(scene.Gold).Count);
    }

    [Fact]
    public async Task A_bounce_that_clears_makes_nobody_already_there()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();
        _theirs.Advance(TimeSpan.FromHours(1));
        scene.Account.SetStatus(Ann, ContactStatus.HardBounced);
        await scene.RunAsync();
        _theirs.Advance(TimeSpan.FromHours(1));
        scene.Account.SetStatus(Ann, ContactStatus.Subscribed);
        await scene.RunAsync(new RunOptions { Verify = true });
        _theirs.Advance(TimeSpan.FromHours(25));
        await scene.RunAsync();

        scene.Set("gold", Bob);
        await scene.RunAsync();

        Assert.Equal([Bob], scene.In(scene.Gold));
    }

    /// <summary>From the first import on, the book's feed contains people who opted out a minute before it.</summary>
    private void TellOfMany(ExportScene scene, Action? then = null)
    {
        Func<string>? feed = null;
        scene.Before = request =>
        {
            if (feed is null && request.StartsWith("PUT /contacts/v3/import", StringComparison.Ordinal))
            {
                feed = LateFeed(scene, Many);
                _theirs.Advance(TimeSpan.FromMinutes(2));
            }
            else if (feed is not null && request.StartsWith("GET /contacts/v3/import/", StringComparison.Ordinal))
            {
                then?.Invoke();
                then = null;
            }
        };
        scene.Answer = (request, body) =>
            feed is not null && request.Contains($"/address-books/{scene.Gold}/contacts/unsubscribed-since", StringComparison.Ordinal)
                ? feed()
                : body;
    }

    /// <summary>The book's feed, with people who opted out a minute ago.</summary>
    private Func<string> LateFeed(ExportScene scene, string[] people)
    {
        var since = _theirs.GetUtcNow().AddMinutes(-1).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
        return () => $"[{string.Join(',', people.Select(Row))}]";

        string Row(string person) =>
            $$"""{"suppressedContact":{"id":{{scene.Account.Contact(person)!.Id}},"email":"{{person}}","status":"Subscribed"}"""
            + $$""","dateRemoved":"{{since}}","reason":"Unsubscribed"}""";
    }

    private async Task<ExportScene> StartAsync() =>
        await ExportScene.StartAsync(o => o with { Clock = _theirs, ListSuppression = ListSuppression.Clears });
}
