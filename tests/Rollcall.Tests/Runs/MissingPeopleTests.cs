using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>
/// The guard <c>missing</c>: a book that was emptied manually, or from which many of the job's people are missing, is not changed until the user decides.
/// </summary>
public sealed class MissingPeopleTests
{
    [Theory]
    [InlineData("leave", 1)]
    [InlineData("leave", 40)]
    [InlineData("restore", 1)]
    [InlineData("restore", 120)]
    public async Task A_book_emptied_manually_is_left_as_it_is_until_it_is_allowed(string onForeignRemoval, int members)
    {
        await using var scene = await StartedAsync(members, onForeignRemoval);
        Remove(scene, members);
        scene.Set("gold", All(members).Append("new@example.com"));
        var writes = scene.Writes;
        var plan = await scene.PlanAsync();
        Assert.Equal(MissingPeopleGuard, Assert.Single(plan.Guards).Guard);

        // It need not be time to read the books, and the guard holds until the user decides.
        for (var i = 0; i < 2; i++)
        {
            var held = await scene.RunAsync();
            var guard = Assert.Single(held.Guards);
            Assert.Equal((MissingPeopleGuard, (long?)scene.Gold, (long)members), (guard.Guard, guard.AddressBookId, guard.Actual));
            Assert.Equal((ExitCode.Guard, writes), (held.ExitCode, scene.Writes));
            Assert.Contains(
                held.Notices,
                n =>
                    n.StartsWith("The address book \"Gold\" is empty", StringComparison.Ordinal)
                        && n.Contains("--allow missing", StringComparison.Ordinal));
            ExportScene.AddsUp(held);
        }

        var result = await scene.RunAsync("missing");
        Assert.Equal(onForeignRemoval == "restore" ? members + 1 : 1, scene.In(scene.Gold).Count);
        Assert.Empty(result.Guards);
        ExportScene.AddsUp(result);
        Assert.Equal(ExitCode.Done, (await scene.RunAsync()).ExitCode);
    }

    [Theory]
    [InlineData("leave")]
    [InlineData("restore")]
    public async Task More_than_a_fifth_gone_from_a_book_are_noticed_without_waiting_for_the_time_to_look(string onForeignRemoval)
    {
        await using var scene = await StartedAsync(40, onForeignRemoval);
        Remove(scene, 12);

        var held = await scene.RunAsync();

        Assert.Equal((MissingPeopleGuard, 12L, ExitCode.Guard), (Assert.Single(held.Guards).Guard, held.Guards[0].Actual, held.ExitCode));
        Assert.Equal((28, 40L), (scene.In(scene.Gold).Count, held.Audiences[0].Unchanged));
        await scene.RunAsync("missing");
        Assert.Equal(onForeignRemoval == "restore" ? 40 : 28, scene.In(scene.Gold).Count);
        Assert.Equal(ExitCode.Done, (await scene.RunAsync()).ExitCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Among_strangers_they_are_missed_when_the_book_is_read_and_until_somebody_looked(bool verify)
    {
        await using var scene = await StartedAsync(40, "restore");
        Enumerable.Range(0, 40).ToList().ForEach(i => scene.Account.AddContact($"stranger{i}@example.com", scene.Gold));
        Remove(scene, 12);
        Assert.Equal(ExitCode.Done, (await scene.RunAsync()).ExitCode);
        if (!verify)
        {
            scene.PassDays(8);
        }

        for (var i = 0; i < 2; i++)
        {
            var held = await scene.RunAsync(new RunOptions { Verify = verify });
            Assert.Equal((MissingPeopleGuard, 12L), (Assert.Single(held.Guards).Guard, held.Guards[0].Actual));
        }

        await scene.RunAsync(new RunOptions { Verify = verify, Allow = new HashSet<string> { MissingPeopleGuard } });
        Assert.Equal(80, scene.In(scene.Gold).Count);
    }

    [Fact]
    public async Task Ten_people_or_fewer_of_a_book_that_is_not_empty_trip_no_guard()
    {
        await using var scene = await StartedAsync(11, "leave");
        Remove(scene, 10);

        var result = await scene.RunAsync(new RunOptions { Verify = true });

        Assert.Equal((ExitCode.Done, 10L), (result.ExitCode, result.Audiences[0].Omitted));
    }

    [Fact]
    public async Task Other_books_continue()
    {
        await using var scene = await StartedAsync(20, "leave");
        Remove(scene, 20);
        scene.Set("silver", "ann@example.com");

        var held = await scene.RunAsync();

        Assert.Equal(ExitCode.Guard, held.ExitCode);
        Assert.Equal(["ann@example.com"], scene.In(scene.Silver));
    }

    [Fact]
    public async Task A_person_who_opted_out_is_not_missing()
    {
        await using var scene = await StartedAsync(20, "restore");
        All(20).ToList().ForEach(m => scene.Account.Unsubscribe(m, scene.Gold));

        var result = await scene.RunAsync(new RunOptions { Verify = true });

        Assert.Equal((ExitCode.Done, 20L), (result.ExitCode, result.Audiences[0].Suppressed));
    }

    [Fact]
    public async Task A_count_that_lags_proves_nothing_and_neither_do_pages_that_do()
    {
        await using var scene = await StartedAsync(20, "restore");
        scene.Answer = (request, body) => request switch
        {
            "GET /v2/address-books" => System.Text.RegularExpressions.Regex.Replace(body, "\"contacts\":\\s*20", "\"contacts\":0"),
            _ => body,
        };
        var counted = await scene.RunAsync();
        Assert.Equal((ExitCode.Done, 20L), (counted.ExitCode, counted.Audiences[0].Unchanged));

        scene.Answer = (request, body) => request == "GET /contacts/v3" ? "{\"_items\":[],\"_links\":{}}" : body;
        var read = await scene.RunAsync(new RunOptions { Verify = true });
        Assert.Equal((ExitCode.Done, 20L), (read.ExitCode, read.Audiences[0].Unchanged));
    }

    [Fact]
    public async Task The_guard_can_be_turned_off()
    {
        await using var scene = await StartedAsync(20, "leave");
        scene.More += "\nguards: {max_missing_percent: none}";
        Remove(scene, 20);

        Assert.Equal(ExitCode.Done, (await scene.RunAsync()).ExitCode);
    }

    [Fact]
    public async Task Verify_reads_the_books_of_a_job_that_never_does()
    {
        await using var scene = await StartedAsync(3, "leave");
        scene.More += "\nverify_every: never";
        Remove(scene, 1);
        Assert.Equal(3, (await scene.RunAsync()).Audiences[0].Unchanged);

        Assert.Equal(1, (await scene.RunAsync(new RunOptions { Verify = true })).Audiences[0].Omitted);
    }

    [Fact]
    public async Task A_run_that_finds_nobody_missing_costs_no_call_more()
    {
        await using var scene = await StartedAsync(20, "leave");
        var before = scene.Account.Calls.Values.Sum();
        await scene.RunAsync(new RunOptions());
        var calls = scene.Account.Calls.Values.Sum() - before;
        scene.More += "\nguards: {max_missing_percent: none}";
        before = scene.Account.Calls.Values.Sum();
        await scene.RunAsync();

        Assert.Equal(calls, scene.Account.Calls.Values.Sum() - before);
    }

    private const string MissingPeopleGuard = "missing";

    private static IEnumerable<string> All(int members) => Enumerable.Range(0, members).Select(i => $"m{i:D3}@example.com");

    private static void Remove(ExportScene scene, int members) => All(members).ToList().ForEach(m => scene.Account.RemoveFromBook(m, scene.Gold));

    private static async Task<ExportScene> StartedAsync(int members, string onForeignRemoval)
    {
        var scene = await ExportScene.StartAsync();
        scene.More = $"on_foreign_removal: {onForeignRemoval}";
        scene.Set("gold", All(members));
        await scene.RunAsync();
        return scene;
    }
}
