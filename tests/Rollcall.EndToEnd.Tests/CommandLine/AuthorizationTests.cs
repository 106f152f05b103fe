using Rollcall.Model;
using Rollcall.TestKit;
using Rollcall.TestKit.Processes;
using Xunit;

namespace Rollcall.EndToEnd.Tests.CommandLine;

/// <summary>Stored credentials: the password comes from standard input and is never shown.</summary>
public sealed class AuthorizationTests
{
    [Fact]
    public async Task A_job_runs_with_a_password_given_on_standard_input()
    {
        await using var shop = await SmallShop.StartAsync();
        var added = await RollcallProcess.RunAsync(
            shop.Folder.Path, ["auth", "add", "prod", "--username", "demo", "--endpoint", shop.Simulator.Url], input: SmallShop.Password + "\n");
        added.Expect(ExitCode.Done);
        var authorization = shop.JobText.Split('\n').Single(line => line.StartsWith("authorization:", StringComparison.Ordinal));
        shop.JobText = shop.JobText.Replace(authorization, "authorization: prod", StringComparison.Ordinal);

        (await shop.RollcallAsync("auth", "test", "prod")).Expect(ExitCode.Done);
        await shop.RunAsync();

        Assert.Equal(3, (await shop.Simulator.MembersAsync(SmallShop.Book)).Count);
        (await shop.RollcallAsync("auth", "remove", "prod")).Expect(ExitCode.Done);
        await shop.StoppedAsync(ExitCode.BadJob, "run", "job.yaml");
    }

    [Fact]
    public async Task A_stored_password_is_printed_nowhere_and_written_nowhere_as_it_is()
    {
        using var folder = new TempFolder();
        var added = await RollcallProcess.RunAsync(folder.Path, ["auth", "add", "prod", "--username", Some.Username, "--json"], input: Some.Password + "\n");
        var listed = await RollcallProcess.RunAsync(folder.Path, ["auth", "list", "--json"]);

        Assert.Contains("prod", added.Expect(ExitCode.Done).Json.ToString(), StringComparison.Ordinal);
        Assert.Contains(Some.Username, listed.Expect(ExitCode.Done).Json.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Some.Password, added.Output + added.Errors + listed.Output + listed.Errors, StringComparison.Ordinal);
        Assert.All(
            Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories),
            file => Assert.DoesNotContain(Some.Password, File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_password_is_no_authorization()
    {
        using var folder = new TempFolder();
        (await RollcallProcess.RunAsync(folder.Path, ["auth", "add", "prod", "--username", Some.Username, "--json"])).Expect(ExitCode.BadJob);
    }
}
