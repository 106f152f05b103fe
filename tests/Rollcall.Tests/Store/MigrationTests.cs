using Rollcall.Store;
using Rollcall.Store.Sqlite;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.Tests.Store;

public sealed class MigrationTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_store_from_before_processes_shared_an_accounts_calls_keeps_its_jobs_and_shares_them()
    {
        var folder = new DataFolder(_folder.Path);
        var before = StoreSchema.Versions.TakeWhile(version => !version.Contains("call_window", StringComparison.Ordinal)).ToList();
        using (var db = new StoreConnection(folder.StorePath, null))
        {
            before.ForEach(version => db.Execute(version));
            db.Execute($"PRAGMA user_version={before.Count}");
            new SqliteJobs(db).Remember(new JobNow("letters", 1001, "/a.yaml", "remove"), 5, 3);
        }

        using var store = Stores.Open(folder);

        Assert.NotNull(store.Jobs.Find("letters"));
        Assert.Equal(5, store.Budgets.Take(new CallWindow("host", 1001, "Low", 60), new CallClaim(0, 5, 10, 0, 1)));
    }
}
