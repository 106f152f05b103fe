using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Store;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Nothing is written, emptied or deleted behind a symbolic link of the data folder.</summary>
public sealed class LinkTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TempFolder _target = new();

    [Theory]
    [InlineData("runs")]
    [InlineData("locks")]
    [InlineData("ledger")]
    [InlineData("failures")]
    [InlineData("authorizations")]
    public void A_folder_that_is_a_link_stops_everything(string name)
    {
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, name), _target.Path);

        var stop = Assert.Throws<RollcallException>(() => new DataFolder(_folder.Path));

        Assert.Equal(ExitCode.BadJob, stop.ExitCode);
        Assert.EndsWith(name, stop.Problems[0].Where, StringComparison.Ordinal);
    }

    [Fact]
    public void A_data_folder_may_be_a_link_itself()
    {
        var link = Path.Combine(_folder.Path, "data");
        Directory.CreateSymbolicLink(link, _target.Path);

        Assert.NotNull(new DataFolder(link).TryLock("job"));
    }

    [Fact]
    public void Only_folders_of_our_own_form_are_deleted_and_no_links()
    {
        var data = new DataFolder(_folder.Path);
        foreach (var name in new[] { "20260101T000000Z", "20260101T000000Z-2", "plan-0123456789abcdef0123456789abcdef", "my-notes", "plan-short" })
        {
            Directory.CreateDirectory(Path.Combine(_folder.Path, "runs", name));
        }

        File.WriteAllText(Path.Combine(_target.Path, "precious.txt"), "mine");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "runs", "20260202T000000Z"), _target.Path);

        RunFolders.DeleteDeadFolders(data);

        Assert.Equal(
            ["20260202T000000Z", "my-notes", "plan-short"],
            Directory.GetDirectories(Path.Combine(_folder.Path, "runs")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(Path.Combine(_target.Path, "precious.txt")));
    }

    [Fact]
    public void A_lock_that_is_a_link_is_not_followed()
    {
        var data = new DataFolder(_folder.Path);
        data.TryLock("other")!.Dispose();
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "locks", "job.lock"), Path.Combine(_target.Path, "made"));

        Assert.Throws<RollcallException>(() => data.TryLock("job"));
        Assert.False(File.Exists(Path.Combine(_target.Path, "made")));
    }

    [Fact]
    public void A_half_written_authorization_that_is_a_link_is_not_followed()
    {
        var precious = Path.Combine(_target.Path, "precious.txt");
        File.WriteAllText(precious, "mine");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "authorizations"));
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "authorizations", "prod.json.new"), precious);

        new AuthorizationStore(_folder.Path, TimeProvider.System).Add("prod", new Credentials("user", "password", null));

        Assert.Equal("mine", File.ReadAllText(precious));
        Assert.Equal("password", new AuthorizationStore(_folder.Path, TimeProvider.System).Get("prod").Password);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _target.Dispose();
    }
}
