using Xunit;

namespace Rollcall.Tests.Cli;

public sealed class DataFolderTests : IDisposable
{
    private readonly RecordedTerminal _terminal = new("secret\n", environment: new Dictionary<string, string> { ["ROLLCALL_DATA"] = "from-environment" });

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public async Task The_environment_names_the_data_folder()
    {
        Assert.Equal(0, await _terminal.RunAsync("auth", "add", "prod", "--username", "api"));
        Assert.True(File.Exists(_terminal.Folder["from-environment/authorizations/prod.json"]));
    }

    [Fact]
    public async Task The_option_outranks_the_environment()
    {
        Assert.Equal(0, await _terminal.RunAsync("auth", "add", "prod", "--username", "api", "--data", "asked-for"));
        Assert.True(File.Exists(_terminal.Folder["asked-for/authorizations/prod.json"]));
        Assert.False(Directory.Exists(_terminal.Folder["from-environment"]));
    }

    [Fact]
    public async Task It_is_for_its_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        await _terminal.RunAsync("auth", "add", "prod", "--username", "api");
        var root = new DirectoryInfo(_terminal.Folder["from-environment"]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, root.UnixFileMode);
        foreach (var entry in root.EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            Assert.Equal(UnixFileMode.None, entry.UnixFileMode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        }
    }
}
