using System.Text.Json;
using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Lytics;

/// <summary>Status events that go back to Lytics, from the run's point of view.</summary>
public sealed class LyticsStatusRunTests
{
    private static readonly string Sink = $$"""status_sink: { lytics: { token: "${TOKEN}", url: "{{ScriptedLytics.Access.Url}}" } }""";

    [Fact]
    public async Task Statuses_go_back_once_and_only_when_they_change()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.More = $$"""status_sink: { lytics: { token: "${TOKEN}", url: "{{ScriptedLytics.Access.Url}}" } }""";
        scene.Set(LyticsScene.People(3));
        await scene.RunAsync();
        var first = scene.Lytics.Events.Count;
        await scene.RunAsync();
        scene.Set(LyticsScene.People(3, "New"));
        await scene.RunAsync();
        var unchanged = scene.Lytics.Events.Count;
        scene.Set(LyticsScene.People(2));
        await scene.RunAsync();

        Assert.Equal((3, 3), (first, unchanged));
        var last = JsonDocument.Parse(scene.Lytics.Events[^1]).RootElement;
        Assert.Equal(4, scene.Lytics.Events.Count);
        Assert.Equal(("p2@example.com", "Removed"), (last.GetProperty("email").GetString(), last.GetProperty("address_book_status").GetString()));
    }

    [Fact]
    public async Task Events_that_Lytics_does_not_take_wait_for_the_next_run()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.More = $$"""status_sink: { lytics: { token: "${TOKEN}", url: "{{ScriptedLytics.Access.Url}}" } }""";
        scene.Set(LyticsScene.People(3));
        scene.Lytics.Instead = call => call.StartsWith("/collect", StringComparison.Ordinal) ? ScriptedLytics.Refuse(503) : null;

        var first = await scene.RunAsync();
        scene.Lytics.Instead = null;
        await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal(ExitCode.SomeNotDelivered, first.ExitCode);
        Assert.Contains(
            first.Notices, notice => notice.Contains("Status events could not be delivered to the stream dotmailer_export_status", StringComparison.Ordinal));
        Assert.Equal(3, scene.Lytics.Events.Count);
    }

    [Fact]
    public async Task An_event_that_Lytics_refuses_is_listed_and_set_aside_and_keeps_nobody_waiting()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.More = Sink;
        scene.Set(LyticsScene.People(30));
        scene.Lytics.Refuses = body => body.Contains("p7@", StringComparison.Ordinal) ? ScriptedLytics.Refuse(400) : null;

        var first = await scene.RunAsync();
        scene.Set([.. LyticsScene.People(30), LyticsScene.Person("late")]);
        var second = await scene.RunAsync();

        Assert.Equal((ExitCode.Done, ExitCode.Done), (first.ExitCode, second.ExitCode));
        var failure = Assert.Single(first.Failures);
        Assert.Equal(("p7@example.com", "status", "StatusRefused"), (failure.Email, failure.Operation, failure.Code));
        Assert.Contains(
            first.Notices,
            notice => notice.Contains("1 status event is set aside", StringComparison.Ordinal) && !notice.Contains("p7@", StringComparison.Ordinal));
        Assert.Equal(30, scene.Lytics.Events.Count);
        Assert.Empty(second.Failures);
    }

    [Fact]
    public async Task A_lone_event_that_Lytics_refuses_twice_keeps_nobody_waiting()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.More = Sink;
        scene.Set(LyticsScene.People(1));
        scene.Lytics.Refuses = body => body.Contains("p0@", StringComparison.Ordinal) ? ScriptedLytics.Refuse(400) : null;
        await scene.RunAsync();
        scene.Set(LyticsScene.People(2));

        await scene.RunAsync();

        Assert.Contains("p1@", Assert.Single(scene.Lytics.Events), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_who_is_adopted_and_in_no_audience_has_no_status_event()
    {
        foreach (var adopt in (AdoptAs[])[AdoptAs.AlreadyThere, AdoptAs.Own])
        {
            await using var scene = await LyticsScene.StartAsync();
            (scene.More, scene.ExitAction) = (Sink, "ignore");
            foreach (var email in (string[])["p0@example.com", "p1@example.com", "stranger@example.com"])
            {
                scene.Simulator.Account.AddContact(email, scene.Gold);
            }

            scene.Set(LyticsScene.People(3));
            await ExportRun.ExecuteAsync(scene.Job(), new RunOptions { Adopt = adopt }, scene.Workplace(), TestContext.Current.CancellationToken);
            Assert.DoesNotContain(scene.Lytics.Events, one => one.Contains("stranger@", StringComparison.Ordinal));
            Assert.Equal(3, scene.Lytics.Events.Count);

            scene.Set([.. LyticsScene.People(3), LyticsScene.Person("stranger")]);
            await scene.RunAsync();

            Assert.Equal(4, scene.Lytics.Events.Count);
            Assert.Contains("stranger@", scene.Lytics.Events[^1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Changes_among_people_who_are_out_are_events()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.More = Sink;
        scene.Set(LyticsScene.People(3));
        await scene.RunAsync();
        scene.Simulator.Account.Unsubscribe("p1@example.com");
        await scene.RunAsync();
        scene.Simulator.Account.SetStatus("p1@example.com", Rollcall.Simulators.ContactStatus.HardBounced);
        await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal(["Subscribed", "Unsubscribed", "HardBounced"], Statuses(scene));

        scene.Simulator.Account.SetStatus("p1@example.com", Rollcall.Simulators.ContactStatus.Subscribed);
        scene.Simulator.Account.Subscribe("p1@example.com", scene.Gold);
        await ExportRun.ExecuteAsync(scene.Job(), new RunOptions { Verify = true }, scene.Workplace(), TestContext.Current.CancellationToken);
        await scene.RunAsync();

        Assert.Equal(["Subscribed", "Unsubscribed", "HardBounced", "Subscribed"], Statuses(scene));

        static IEnumerable<string?> Statuses(LyticsScene scene) =>
            scene.Lytics.Events.Where(one => one.Contains("\"p1@", StringComparison.Ordinal))
                .Select(one => JsonDocument.Parse(one).RootElement.GetProperty("account_status").GetString());
    }
}
