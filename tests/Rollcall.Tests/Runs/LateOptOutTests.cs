using Xunit;

namespace Rollcall.Tests.Runs;

public sealed class LateOptOutTests
{
    private const string ReadBook = "GET /contacts/v3";

    [Fact]
    public async Task A_person_who_opts_out_before_the_first_body_is_in_no_later_body_either()
    {
        await using var scene = await ExportScene.StartAsync();
        var clock = new LeapingClock();
        scene.Clock = clock;
        var leavers = Enumerable.Range(0, 100).Select(i => $"m{i}@example.com").ToList();
        foreach (var leaver in leavers)
        {
            scene.Account.AddContact(leaver);
        }

        // Two bodies of one slice: both come from one query.
        var name = new string('x', 990);
        scene.Set("gold", Enumerable.Range(0, 50_000).Select(i => $"m{i}@example.com,{name},1"));
        scene.Before = request =>
        {
            if (clock.Ahead == TimeSpan.Zero && request.StartsWith(ReadBook, StringComparison.Ordinal))
            {
                leavers.ForEach(l => scene.Account.Unsubscribe(l));
                clock.Ahead = TimeSpan.FromMinutes(10);
            }
        };

        var result = await scene.RunAsync();

        Assert.Equal(2, scene.Account.Calls["importContacts"]);
        Assert.Empty(scene.In(scene.Gold).Intersect(leavers));
        Assert.Equal(100, result.Audiences[0].Suppressed);
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_person_another_job_saw_opt_out_while_the_roll_was_read_is_not_entered()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.AddContact("ann@example.com");
        scene.Set("gold", "ann@example.com", "bob@example.com");
        var seen = false;
        scene.Before = request =>
        {
            if (!seen && request.StartsWith(ReadBook, StringComparison.Ordinal))
            {
                seen = true;
                scene.Account.Unsubscribe("ann@example.com");
                scene.PlanOther();
            }
        };

        var result = await scene.RunAsync();

        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
        Assert.Equal(1, result.Audiences[0].Suppressed);
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_clock_set_back_during_the_run_hides_nobody_who_opted_out()
    {
        await using var scene = await ExportScene.StartAsync(
            o => o with { ImportLatency = TimeSpan.FromMilliseconds(400), ListSuppression = Rollcall.Simulators.ListSuppression.Clears });
        var clock = new LeapingClock();
        scene.Clock = clock;
        scene.Account.AddContact("ann@example.com");
        scene.Account.AddContact("dee@example.com");
        scene.Set("gold", "ann@example.com", "bob@example.com", "dee@example.com");
        var (seen, sent) = (false, false);
        scene.Before = request =>
        {
            if (!seen && request.StartsWith(ReadBook, StringComparison.Ordinal))
            {
                // Another job reads it, by a clock that is two hours slow by then.
                seen = true;
                scene.Account.Unsubscribe("ann@example.com");
                clock.Ahead = TimeSpan.FromHours(-2);
                scene.PlanOther();
            }

            if (!sent && request.StartsWith("PUT /contacts/v3/import", StringComparison.Ordinal))
            {
                sent = true;
                clock.Ahead = TimeSpan.FromHours(-4);
                scene.Account.Unsubscribe("dee@example.com", scene.Gold);
            }
        };

        await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal(["bob@example.com"], scene.In(scene.Gold).Where(e => scene.Account.Contact(e)!.Status == Rollcall.Simulators.ContactStatus.Subscribed));
    }
}
