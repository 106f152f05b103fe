using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Rollcall.Model;
using Rollcall.Service.Access;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.Service.Tests.Access;

public sealed class UsersTests
{
    private const string Password = "four words in a row";

    private static readonly DateTimeOffset Morning = new(2026, 11, 30, 8, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task Administrators_add_change_and_remove_users_over_HTTP()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        using var client = scene.Client(Role.Admin, seesPeople: true, changesConsent: true);

        using var added = await client.PostAsJsonAsync("api/v1/users", new { email = "eve@example.com", password = Password, role = "editor" }, Cancellation);
        var user = await added.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        Assert.True(user.GetProperty("sees_people").GetBoolean());
        Assert.False(user.GetProperty("changes_consent").GetBoolean());
        var path = $"api/v1/users/{user.GetProperty("id").GetString()}";

        using var changed = await client.PatchAsJsonAsync(path, new { role = "viewer", sees_people = false }, Cancellation);
        Assert.Equal("viewer", (await changed.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("role").GetString());
        Assert.DoesNotContain("password", await client.GetStringAsync(new Uri("api/v1/users", UriKind.Relative), Cancellation), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync(new Uri(path, UriKind.Relative), Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.DeleteAsync(new Uri(path, UriKind.Relative), Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Nobody_gives_a_right_that_they_do_not_have()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        using var client = scene.Client(Role.Admin);

        using var answer = await client.PostAsJsonAsync("api/v1/users", new { email = "eve@example.com", password = Password, role = "editor" }, Cancellation);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Empty(await scene.Service<AccessStore>().UsersAsync());
    }

    [Fact]
    public async Task The_last_administrator_stays()
    {
        using var folder = new TempFolder();
        using var store = new AccessStore(folder.Path, TimeProvider.System);
        await store.AddUserAsync(new NewUser { Email = "ann@example.com", Password = Password, Role = Role.Admin });

        await Assert.ThrowsAsync<RollcallException>(() => store.RemoveUserAsync("ann@example.com"));
        await Assert.ThrowsAsync<RollcallException>(() => store.ChangeUserAsync("ann@example.com", new UserChange { Role = Role.Editor }));

        Assert.Equal(Role.Admin, Assert.Single(await store.UsersAsync()).Role);
    }

    [Theory]
    [InlineData("no address", Password)]
    [InlineData("ANN@example.com", Password)]
    [InlineData("bob@example.com", "elevenchars")]
    public async Task A_user_has_an_address_of_their_own_and_a_password_of_twelve_characters(string email, string password)
    {
        using var folder = new TempFolder();
        using var store = new AccessStore(folder.Path, TimeProvider.System);
        await store.AddUserAsync(new NewUser { Email = "ann@example.com", Password = Password, Role = Role.Viewer });

        await Assert.ThrowsAsync<RollcallException>(() => store.AddUserAsync(new NewUser { Email = email, Password = password, Role = Role.Viewer }));

        Assert.Single(await store.UsersAsync());
    }

    [Fact]
    public async Task The_files_of_users_are_their_owners_alone_and_hold_no_password()
    {
        using var folder = new TempFolder();
        using var store = new AccessStore(folder.Path, TimeProvider.System);
        await store.AddUserAsync(new NewUser { Email = "ann@example.com", Password = Password, Role = Role.Viewer });

        var files = Directory.GetFiles(folder.Path, "identity.db*");

        Assert.Contains(files, file => file.EndsWith("identity.db", StringComparison.Ordinal));
        foreach (var file in files)
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(Password, await reader.ReadToEndAsync(Cancellation), StringComparison.Ordinal);
            Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), file);
        }
    }

    [Fact]
    public async Task Users_of_a_newer_version_are_not_touched()
    {
        using var folder = new TempFolder();
        using (var store = new AccessStore(folder.Path, TimeProvider.System))
        {
            Assert.False(store.HasUsers());
        }

        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={folder["identity.db"]};Pooling=false"))
        {
            await connection.OpenAsync(Cancellation);
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        Assert.Contains("newer", Assert.Throws<RollcallException>(() => new AccessStore(folder.Path, TimeProvider.System)).Message, StringComparison.Ordinal);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
}
