using Rollcall.Model;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.EndToEnd.Tests.CommandLine;

/// <summary>Errors that stop a run, reported by exit code and as one JSON document.</summary>
public sealed class ExitCodeTests
{
    private static readonly string[] Imports = ["importContacts"];

    [Theory]
    [InlineData("run")]
    [InlineData("rnu", "job.yaml")]
    [InlineData("run", "job.yaml", "--alow", "exits")]
    [InlineData("run", "job.yaml", "--allow", "everything")]
    [InlineData("run", "nowhere.yaml")]
    [InlineData("explain", "nobody", "someone1@example.com")]
    public async Task Wrong_arguments_end_with_2(params string[] arguments)
    {
        await using var shop = await SmallShop.StartAsync();
        var error = await shop.StoppedAsync(ExitCode.BadJob, arguments);
        Assert.Equal("bad_job", error.GetProperty("code").GetString());
        Assert.Empty(shop.Simulator.Calls);
    }

    [Fact]
    public async Task Every_wrong_key_is_named_at_once_with_its_place_and_the_nearest_known_key()
    {
        await using var shop = await SmallShop.StartAsync();
        shop.JobText = shop.JobText.Replace("exit_action: remove", "exit_acton: remove\n  email_typ: Html", StringComparison.Ordinal);

        var document = (await shop.RollcallAsync("check", "job.yaml", "--json")).Expect(ExitCode.BadJob).Json;

        var problems = document.GetProperty("problems").EnumerateArray().Select(problem => problem.ToString()).ToList();
        Assert.Equal(2, problems.Count);
        Assert.Contains(
            problems,
            problem => problem.Contains("exit_acton", StringComparison.Ordinal) && problem.Contains("exit_action", StringComparison.Ordinal)
            && problem.Contains("job.yaml:12:", StringComparison.Ordinal));
        Assert.Contains(
            problems,
            problem => problem.Contains("email_typ", StringComparison.Ordinal) && problem.Contains("email_type", StringComparison.Ordinal)
            && problem.Contains("job.yaml:13:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("seg_mappings: [{everyone: \"1001\"}]", "seg_mappings: [{everyone: \"99\"}]", "99")]
    [InlineData("{name: FIRSTNAME}", "{name: NICKNAME}", "NICKNAME")]
    public async Task A_book_or_data_field_that_never_was_ends_with_2_before_anything_is_sent(string old, string changed, string named)
    {
        await using var shop = await SmallShop.StartAsync();
        shop.JobText = shop.JobText.Replace(old, changed, StringComparison.Ordinal);

        var error = await shop.StoppedAsync(ExitCode.BadJob, "run", "job.yaml");

        Assert.Contains(named, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(shop.Simulator.Calls, call => call.IsWrite);
    }

    [Theory]
    [InlineData("people: people.csv", "people: nowhere.csv")]
    [InlineData("email_field: email", "email_field: mail")]
    [InlineData("{from: people}", "{from: people, where: \"age > > 3\"}")]
    public async Task A_source_that_cannot_be_read_ends_with_3(string old, string changed)
    {
        await using var shop = await SmallShop.StartAsync();
        shop.JobText = shop.JobText.Replace(old, changed, StringComparison.Ordinal);

        var error = await shop.StoppedAsync(ExitCode.Source, "run", "job.yaml");

        Assert.Equal("source", error.GetProperty("code").GetString());
        Assert.DoesNotContain(shop.Simulator.Calls, call => call.IsWrite);
    }

    [Fact]
    public async Task A_wrong_password_ends_with_4_and_is_not_printed()
    {
        await using var shop = await SmallShop.StartAsync();
        shop.Environment["DOTDIGITAL_PASSWORD"] = Some.Password;

        var result = (await shop.RollcallAsync("run", "job.yaml", "--json")).Expect(ExitCode.Dotdigital);

        Assert.Equal("dotdigital", result.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.DoesNotContain(Some.Password, result.Output + result.Errors, StringComparison.Ordinal);
        Assert.All(shop.Simulator.Calls, call => Assert.Equal("getAccountInfo", call.Operation));
    }

    [Fact]
    public async Task The_wrong_region_ends_with_4()
    {
        await using var shop = await SmallShop.StartAsync();
        await shop.Simulator.ActAsync("options", new { wrongRegion = true });

        Assert.Equal("dotdigital", (await shop.StoppedAsync(ExitCode.Dotdigital, "run", "job.yaml")).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_call_the_api_user_has_no_permission_for_ends_with_4()
    {
        await using var shop = await SmallShop.StartAsync();
        await shop.Simulator.ActAsync("options", new { forbiddenOperations = Imports });

        await shop.StoppedAsync(ExitCode.Dotdigital, "run", "job.yaml");

        await shop.ExpectMembersAsync();
    }

    [Fact]
    public async Task An_endpoint_without_a_server_ends_with_4()
    {
        await using var shop = await SmallShop.StartAsync();
        shop.JobText = shop.JobText.Replace(shop.Simulator.Url, "http://127.0.0.1:1", StringComparison.Ordinal);

        var error = await shop.StoppedAsync(ExitCode.Dotdigital, "run", "job.yaml");

        Assert.Contains("127.0.0.1:1", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_goes_nowhere_but_to_Dotdigital_or_this_machine()
    {
        await using var shop = await SmallShop.StartAsync();
        shop.JobText = shop.JobText.Replace(shop.Simulator.Url, "https://dotdigital.example.com", StringComparison.Ordinal);

        var result = (await shop.RollcallAsync("run", "job.yaml", "--json")).Expect(ExitCode.BadJob);

        Assert.Contains("dotdigital.com", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_run_of_the_job_ends_with_6_and_leaves_the_first_alone()
    {
        await using var shop = await SmallShop.StartAsync(3, "--stuck-import", "1");
        await using var first = shop.Begin("run", "job.yaml");
        await shop.CalledAsync("importContacts");

        Assert.Equal("busy", (await shop.StoppedAsync(ExitCode.Busy, "run", "job.yaml")).GetProperty("code").GetString());

        Assert.False(first.HasExited);
        Assert.Single(shop.Simulator.Calls, call => call.Operation == "importContacts");
        var status = (await shop.RollcallAsync("status", "small", "--json")).Expect(ExitCode.Done);
        Assert.Contains("\"running\"", status.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_may_be_made_while_a_run_is_under_way()
    {
        await using var shop = await SmallShop.StartAsync(3, "--stuck-import", "1");
        await using var first = shop.Begin("run", "job.yaml");
        await shop.CalledAsync("importContacts");

        var plan = (await shop.RollcallAsync("plan", "job.yaml", "--json")).Expect(ExitCode.Done).Json;

        Assert.Contains("unsettled", plan.GetProperty("notices").ToString(), StringComparison.Ordinal);
    }
}
