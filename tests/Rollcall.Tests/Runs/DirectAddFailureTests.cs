using Rollcall.Model;
using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Single adds that fail, get no answer or are interrupted.</summary>
public sealed class DirectAddFailureTests
{
    private const string Add = "addContactToAddressBook";

    [Theory]
    [InlineData(FaultKind.DropBefore)]
    [InlineData(FaultKind.DropAfter)]
    public async Task An_add_without_an_answer_is_looked_up_and_nobody_is_mailed_twice(FaultKind kind)
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync(o => o with { RepeatedAddsFire = true, DoubleOptIn = DoubleOptIn.None });
        scene.Set("gold", Enumerable.Range(0, 20).Select(i => $"m{i}@example.com"));
        scene.Account.AddFaults(new Fault { Operation = Add, Occurrence = 4, Times = 3, Kind = kind });

        var first = await scene.RunAsync();
        var second = await scene.RunAsync();

        Assert.Equal(20, scene.In(scene.Gold).Count);
        Assert.All(scene.In(scene.Gold), e => Assert.Equal(1, scene.Account.Joins(e, scene.Gold)));
        Assert.Equal(kind == FaultKind.DropAfter ? 20 : 17, first.Audiences[0].Entered);
        Assert.Equal(ExitCode.Done, second.ExitCode);
        Assert.All([first, second], ExportScene.AddsUp);
    }

    [Fact]
    public async Task An_add_that_dotdigital_carries_out_after_the_person_was_looked_up_is_not_repeated()
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync();
        scene.Set("gold", "ann@example.com");
        scene.Account.AddFaults(new Fault { Operation = Add, Kind = FaultKind.DropBefore });
        var first = await scene.RunAsync();
        Assert.Equal("Unanswered", Assert.Single(first.Failures).Code);

        // The lost call arrives now.
        scene.Account.AddContact("ann@example.com", scene.Gold);
        var second = await scene.RunAsync();
        var third = await scene.RunAsync();

        // The look-up before the comparison finds them; it is unknown whether their fields arrived, so they are written.
        Assert.Equal(1, scene.Account.Calls[Add]);
        Assert.Equal((ExitCode.Done, 1L), (second.ExitCode, second.Audiences[0].Updated));
        Assert.Equal((ExitCode.Done, 1L), (third.ExitCode, third.Audiences[0].Unchanged));
    }

    [Fact]
    public async Task Values_written_by_an_add_without_an_answer_give_way_to_those_the_person_has_again()
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync();
        scene.Set("silver", "ann@example.com,Ann,1");
        scene.Set("gold", "bob@example.com,Bob,5");
        await scene.RunAsync();
        scene.Set("gold", "bob@example.com,Bob,5", "ann@example.com,Ann,2");
        scene.Account.AddFaults(new Fault { Operation = Add, Kind = FaultKind.DropAfter });
        await scene.RunAsync();
        Assert.Equal("2", scene.Account.Contact("ann@example.com")!.DataFields["SPEND"]);
        scene.Set("gold", "bob@example.com,Bob,5");

        await scene.RunAsync();

        Assert.Equal("1", scene.Account.Contact("ann@example.com")!.DataFields["SPEND"]);
    }

    [Theory]
    [InlineData("ERROR_ADDRESSBOOK_NOTWRITABLE", "BookNotWritable")]
    [InlineData("ERROR_ADDRESSBOOK_NOT_FOUND", "BookVanished")]
    [InlineData("ERROR_CONTACT_TOOMANY", "AccountFull")]
    public async Task A_book_that_takes_nobody_costs_few_calls_and_is_named(string error, string code)
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync();
        scene.Set("gold", Enumerable.Range(0, 300).Select(i => $"m{i}@example.com"));
        scene.Account.AddFaults(new Fault { Operation = Add, Every = 1, Kind = FaultKind.Refuse, Status = 400, Message = error });

        var result = await scene.RunAsync();

        Assert.True(scene.Account.Calls[Add] < 100, $"{scene.Account.Calls[Add]} calls");
        Assert.All(result.Failures, f => Assert.Equal(("Failed", code), (f.Outcome, f.Code)));
        Assert.Equal((ExitCode.SomeNotDelivered, 300L), (result.ExitCode, result.Outcomes.Failed));
        ExportScene.AddsUp(result);

        scene.Account.ClearFaults();
        await scene.RunAsync();
        Assert.Equal(300, scene.In(scene.Gold).Count);
    }

    [Fact]
    public async Task Calls_that_keep_failing_are_given_up_and_the_next_run_continues()
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync();
        scene.Set("gold", Enumerable.Range(0, 300).Select(i => $"m{i}@example.com"));
        scene.Account.AddFaults(new Fault { Operation = Add, Occurrence = 50, Times = 100, Kind = FaultKind.DropAfter });

        var first = await scene.RunAsync();
        scene.Account.ClearFaults();
        var second = await scene.RunAsync();

        Assert.Equal(ExitCode.SomeNotDelivered, first.ExitCode);
        Assert.True(first.Outcomes.Failed > 100, $"{first.Outcomes.Failed} failed");
        Assert.Contains(first.Notices, n => n.Contains("in a row", StringComparison.Ordinal));
        Assert.Equal((ExitCode.Done, 300), (second.ExitCode, scene.In(scene.Gold).Count));
        Assert.All(scene.In(scene.Gold), e => Assert.Equal(1, scene.Account.Joins(e, scene.Gold)));
        Assert.All([first, second], ExportScene.AddsUp);
    }

    [Theory]
    [InlineData("request")]
    [InlineData("answer")]
    [InlineData("commit")]
    [InlineData("file")]
    public async Task A_run_killed_anywhere_among_its_adds_mails_nobody_twice_and_forgets_nobody(string kind)
    {
        for (var at = 1; at <= (kind == "file" ? 4 : 9); at += kind == "file" ? 1 : 2)
        {
            await using var scene = await ExportScene.StartWithSingleAddsAsync(o => o with { RepeatedAddsFire = true, DoubleOptIn = DoubleOptIn.None });
            scene.Set("gold", Enumerable.Range(0, 12).Select(i => $"m{i}@example.com"));
            KillAt(scene, kind, at);
            await Assert.ThrowsAsync<KilledException>(() => scene.RunAsync());
            (scene.Checkpoint, scene.Before) = (null, null);

            var second = await scene.RunAsync();
            var third = await scene.RunAsync();

            Assert.Equal(12, scene.In(scene.Gold).Count);
            Assert.All(scene.In(scene.Gold), e => Assert.Equal(1, scene.Account.Joins(e, scene.Gold)));
            Assert.Equal((ExitCode.Done, 12L), (third.ExitCode, third.Audiences[0].Unchanged));
            Assert.All([second, third], ExportScene.AddsUp);
        }
    }

    [Fact]
    public async Task Interrupted_it_begins_no_call_and_keeps_the_answers_of_those_under_way()
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync();
        scene.Set("gold", Enumerable.Range(0, 300).Select(i => $"m{i}@example.com"));
        using var interrupt = new CancellationTokenSource();
        var begun = 0;
        scene.Before = request =>
        {
            if (request.StartsWith("POST", StringComparison.Ordinal) && Interlocked.Increment(ref begun) == 40)
            {
                interrupt.Cancel();
            }
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => ExportRun.ExecuteAsync(scene.Job(), new RunOptions(), scene.Workplace(), interrupt.Token));
        var sent = scene.Account.Calls[Add];
        scene.Before = null;
        var looked = scene.Account.Calls.GetValueOrDefault("getContact");
        await scene.RunAsync();

        Assert.InRange(sent, 40, 120);
        Assert.Equal(300, scene.In(scene.Gold).Count);
        Assert.All(scene.In(scene.Gold), e => Assert.Equal(1, scene.Account.Joins(e, scene.Gold)));
        Assert.Equal((300, looked), (scene.Account.Calls[Add], scene.Account.Calls.GetValueOrDefault("getContact")));
    }

    [Fact]
    public async Task A_person_who_opts_out_between_two_bursts_is_not_called_at_all()
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync();
        var clock = new LeapingClock();
        scene.Clock = clock;
        var members = Enumerable.Range(0, 640).Select(i => $"m{i}@example.com").ToList();
        members.ForEach(m => scene.Account.AddContact(m));
        scene.Set("gold", members);
        var begun = 0;
        scene.Before = request =>
        {
            if (request.StartsWith("POST", StringComparison.Ordinal) && Interlocked.Increment(ref begun) == 400)
            {
                members.ForEach(m => scene.Account.Unsubscribe(m, scene.Gold));
                clock.Ahead = TimeSpan.FromMinutes(10);
            }
        };

        var result = await scene.RunAsync();

        Assert.Empty(scene.In(scene.Gold));
        Assert.Equal(500, scene.Account.Calls[Add]);
        Assert.Equal((640L, 0L), (result.Audiences[0].Suppressed, result.Outcomes.Failed));
        ExportScene.AddsUp(result);
    }

    /// <summary>Ends the process at the nth checkpoint of a kind after the first add goes out; nothing works afterwards.</summary>
    private static void KillAt(ExportScene scene, string kind, int at)
    {
        var (adding, seen, dead) = (false, 0, false);
        scene.Before = request => adding |= request == $"POST /v2/address-books/{scene.Gold}/contacts";
        scene.Checkpoint = found =>
        {
            if (dead || (adding && found == kind && Interlocked.Increment(ref seen) == at))
            {
                dead = true;
                throw new KilledException();
            }
        };
    }

    private sealed class KilledException : Exception;
}
