using Rollcall.Model;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.EndToEnd.Tests.CommandLine;

/// <summary>Pilots, retries, reconciliation, releases and erasure, from the command line.</summary>
public sealed class MaintenanceTests
{
    [Fact]
    public async Task A_pilot_sends_only_the_selected_people()
    {
        await using var shop = await SmallShop.StartAsync(5);

        var only = await shop.RunAsync(ExitCode.Done, "--only", Some.Email(2), "--only", "nobody@example.com");
        await shop.ExpectMembersAsync(Some.Email(2));
        Assert.Contains("nobody@example.com", only.GetProperty("notices").ToString(), StringComparison.Ordinal);
        Assert.Equal(4, only.GetProperty("audiences")[0].GetProperty("held").GetInt32());

        await shop.RunAsync(ExitCode.Done, "--limit", "1");
        Assert.Equal(2, (await shop.Simulator.MembersAsync(SmallShop.Book)).Count);

        await shop.StoppedAsync(ExitCode.BadJob, "run", "job.yaml", "--limit", "0");
    }

    [Fact]
    public async Task Adopting_takes_the_books_people_in_and_reconcile_shows_who_is_there()
    {
        await using var shop = await SmallShop.StartAsync(2);
        await shop.RunAsync();
        await shop.Simulator.ActAsync($"contacts/{Some.Email(1)}/remove?book={SmallShop.Book}");

        var found = (await shop.RollcallAsync("reconcile", "small", "--json")).Expect(ExitCode.Done).Json;
        var book = found.GetProperty("books")[0];
        Assert.False(found.GetProperty("agrees").GetBoolean());
        Assert.Equal((1, 1), (book.GetProperty("agreeing").GetInt32(), book.GetProperty("removed").GetInt32()));
        Assert.Equal(["removed"], book.GetProperty("first").EnumerateArray().Select(one => one.GetProperty("kind").GetString()));
        Assert.Contains(
            "manually or by other software", (await shop.RollcallAsync("reconcile", "job.yaml")).Expect(ExitCode.Done).Output, StringComparison.Ordinal);

        var adopted = await shop.RunAsync(ExitCode.Done, "--adopt=own");
        Assert.Contains("taken into the ledger as this job's", adopted.GetProperty("notices").ToString(), StringComparison.Ordinal);
        await shop.RunAsync(ExitCode.Done, "--adopt");
    }

    [Fact]
    public async Task Retry_tries_again_what_failed()
    {
        await using var shop = await SmallShop.StartAsync(2, "--fault", "importContacts:1:404");
        await shop.RunAsync(ExitCode.SomeNotDelivered);
        shop.People(Some.Email(1), Some.Email(3));

        var retried = (await shop.RollcallAsync("retry", "small", "--json")).Expect(ExitCode.Done).Json;

        await shop.ExpectMembersAsync(Some.Email(1));
        Assert.Equal("NoLongerMember", retried.GetProperty("failures")[0].GetProperty("code").GetString());
        Assert.Contains(
            "nothing to try again", (await shop.RollcallAsync("retry", "job.yaml")).Expect(ExitCode.Done).Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Members_of_a_removed_book_are_released()
    {
        await using var shop = await SmallShop.StartAsync(2);
        await shop.RunAsync();
        shop.JobText = shop.JobText.Replace("\"1001\"", "{name: Another, create: true}", StringComparison.Ordinal);

        await shop.RunAsync(ExitCode.Done, "--release", "Everyone");

        await shop.ExpectMembersAsync();
        await shop.StoppedAsync(ExitCode.BadJob, "run", "job.yaml", "--release", "Nothing");
    }

    [Fact]
    public async Task A_forgotten_person_is_nowhere_in_the_data_folder()
    {
        await using var shop = await SmallShop.StartAsync(2);
        shop.People(Some.Email(1), Some.Email(2), "left@example.com");
        await shop.RunAsync(ExitCode.Done, "--show-emails");

        var forgotten = (await shop.RollcallAsync("forget", "LEFT@example.com", "--json")).Expect(ExitCode.Done).Json;

        Assert.Equal(1, forgotten.GetProperty("opt_outs_kept").GetInt32());
        Assert.All(
            Directory.EnumerateFiles(shop.Folder[".rollcall"], "*", SearchOption.AllDirectories),
            file => Assert.DoesNotContain("left@example.com", File.ReadAllText(file), StringComparison.OrdinalIgnoreCase));

        // They are still in the audience, and still left alone.
        var again = await shop.RunAsync();
        Assert.Equal(1, again.GetProperty("audiences")[0].GetProperty("suppressed").GetInt32());
        Assert.Contains("What remains", (await shop.RollcallAsync("forget", "left@example.com")).Expect(ExitCode.Done).Output, StringComparison.Ordinal);
        await shop.StoppedAsync(ExitCode.BadJob, "forget", "nobody");
    }

    [Fact]
    public async Task Nobody_is_erased_during_a_run()
    {
        await using var shop = await SmallShop.StartAsync(3, "--stuck-import", "1");
        await using var first = shop.Begin("run", "job.yaml");
        await shop.CalledAsync("importContacts");

        await shop.StoppedAsync(ExitCode.Busy, "forget", Some.Email(1));
    }
}
