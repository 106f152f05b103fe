using System.Runtime.Versioning;
using Rollcall.Model;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.EndToEnd.Tests.CommandLine;

/// <summary>What a run reports, during and after.</summary>
public sealed class ResultsTests
{
    private const string Odd = "o'hara+a%b@example.com";

    [Fact]
    public async Task Everything_that_was_not_delivered_is_listed_with_its_reason()
    {
        await using var shop = await SmallShop.StartAsync();
        shop.People(Some.Email(1), Odd, "no address", "left@example.com", "SOMEONE1@example.com ", "");

        var run = await shop.RunAsync();
        await shop.ExpectMembersAsync(Some.Email(1), Odd);
        (await shop.RollcallAsync("failures", "small", "--csv", "failures.csv")).Expect(ExitCode.Done);
        var json = (await shop.RollcallAsync("failures", "small", "--json")).Expect(ExitCode.Done).Json;

        var audience = run.GetProperty("audiences")[0];
        Assert.Equal(6, audience.GetProperty("members").GetInt32());
        Assert.Equal(2, audience.GetProperty("entered").GetInt32());
        Assert.Equal(1, audience.GetProperty("suppressed").GetInt32());
        Assert.Equal(1, audience.GetProperty("invalid").GetInt32());
        Assert.Equal(2, audience.GetProperty("omitted").GetInt32());
        var csv = await File.ReadAllLinesAsync(shop.Folder["failures.csv"], TestContext.Current.CancellationToken);
        Assert.Equal(4 + 1, csv.Length);
        Assert.Contains("email", csv[0], StringComparison.Ordinal);
        Assert.Contains("reason", csv[0], StringComparison.Ordinal);
        Assert.Contains(csv, line => line.Contains("no address", StringComparison.Ordinal) && line.Contains("Invalid", StringComparison.Ordinal));
        Assert.Contains(csv, line => line.Contains("left@example.com", StringComparison.Ordinal) && line.Contains("Suppressed", StringComparison.Ordinal));
        Assert.Contains("left@example.com", json.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_all_there_is_on_standard_output_and_logs_mask_addresses()
    {
        await using var shop = await SmallShop.StartAsync();

        var result = (await shop.RollcallAsync("run", "job.yaml", "--json")).Expect(ExitCode.Done);

        Assert.Equal("completed", result.Json.GetProperty("state").GetString());
        Assert.DoesNotContain(Some.Email(1), result.Errors, StringComparison.Ordinal);
        foreach (var log in Directory.EnumerateFiles(shop.Folder[".rollcall"], "*.log", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain("someone", await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Status_and_runs_tell_what_happened()
    {
        await using var shop = await SmallShop.StartAsync();
        var run = (await shop.RunAsync()).GetProperty("run_id").GetString()!;

        Assert.Contains("small", (await shop.RollcallAsync("status", "--json")).Expect(ExitCode.Done).Json.ToString(), StringComparison.Ordinal);
        Assert.Contains(run, (await shop.RollcallAsync("runs", "small", "--json")).Expect(ExitCode.Done).Json.ToString(), StringComparison.Ordinal);
        Assert.Contains(run, (await shop.RollcallAsync("runs", "job.yaml")).Expect(ExitCode.Done).Output, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task The_data_folder_is_its_owners_alone()
    {
        await using var shop = await SmallShop.StartAsync();
        await shop.RunAsync();

        var data = shop.Folder[".rollcall"];
        const UnixFileMode Others =
            UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(data) & Others);
        Assert.All(
            Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories), file => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & Others));
    }

    [Fact]
    public async Task A_plan_sends_nothing_and_names_the_first_changes()
    {
        await using var shop = await SmallShop.StartAsync();

        var plan = (await shop.RollcallAsync("plan", "job.yaml", "--json")).Expect(ExitCode.Done).Json;

        Assert.DoesNotContain(shop.Simulator.Calls, call => call.IsWrite);
        Assert.Equal(1, plan.GetProperty("plan").GetProperty("imports").GetInt32());
        Assert.Equal(["enter", "enter", "enter"], plan.GetProperty("changes").EnumerateArray().Select(change => change.GetProperty("kind").GetString()));
        Assert.Contains("people", (await shop.RollcallAsync("plan", "job.yaml", "--sql")).Expect(ExitCode.Done).Output, StringComparison.OrdinalIgnoreCase);
    }
}
