using Microsoft.Extensions.Time.Testing;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Store;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.Tests.Authorizations;

public sealed class AuthorizationStoreTests : IDisposable
{
    private static readonly DateTimeOffset _now = new(2026, 11, 24, 6, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private AuthorizationStore Store() => new(_folder["data"], new FakeTimeProvider(_now));

    [Fact]
    public void What_was_stored_is_given_back_by_another_process()
    {
        var credentials = new Credentials("api", "pässwörd \"'\\ with spaces ", new Uri("https://r2-api.dotdigital.com"));
        Store().Add("prod", credentials);
        Assert.Equal(credentials, Store().Resolve(new JobAuthorization("prod", null)));
        Assert.Equal([new StoredAuthorization("prod", "api", credentials.Endpoint, _now)], Store().List());
    }

    [Fact]
    public void Credentials_in_the_job_file_need_no_store()
    {
        var credentials = new Credentials("api", "password", null);
        Assert.Equal(credentials, Store().Resolve(new JobAuthorization(null, credentials)));
        Assert.False(Directory.Exists(_folder["data"]));
    }

    [Fact]
    public void Storing_a_name_again_replaces_it()
    {
        Store().Add("prod", new Credentials("old", "old", null));
        Store().Add("prod", new Credentials("new", "new", null));
        Assert.Equal("new", Store().Get("prod").Password);
        Assert.Single(Store().List());
    }

    [Fact]
    public void Keys_of_another_folder_do_not_open_it()
    {
        Store().Add("prod", new Credentials("api", "password", null));
        Directory.Delete(_folder["data/authorizations/keys"], recursive: true);
        var refused = Assert.Throws<RollcallException>(() => Store().Get("prod"));
        Assert.Equal(ExitCode.BadJob, refused.ExitCode);
        Assert.Contains("rollcall auth add prod --username api", refused.Problems[0].Todo, StringComparison.Ordinal);
        Assert.DoesNotContain("password\"", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../prod")]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("prod\n")]
    public void A_name_never_leads_out_of_the_folder(string name)
    {
        Assert.Equal(ExitCode.BadJob, Assert.Throws<RollcallException>(() => Store().Add(name, new Credentials("api", "password", null))).ExitCode);
        Assert.Throws<RollcallException>(() => Store().Get(name));
        Assert.False(Store().Remove(name));
    }

    [Fact]
    public void A_broken_file_is_named()
    {
        Store().Add("prod", new Credentials("api", "password", null));
        File.WriteAllText(_folder["data/authorizations/prod.json"], "{");
        Assert.Equal(_folder["data/authorizations/prod.json"], Assert.Throws<RollcallException>(() => Store().List()).Problems[0].Where);
    }
}
