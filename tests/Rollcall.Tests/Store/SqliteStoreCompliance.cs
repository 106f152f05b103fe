using Rollcall.Store;
using Rollcall.TestKit;

namespace Rollcall.Tests.Store;

/// <summary>The store in a SQLite file guarantees what every store guarantees.</summary>
public sealed class SqliteStoreCompliance : StoreCompliance
{
    private readonly TempFolder _folder = new();

    private protected override IStore Open() => Stores.Open(new DataFolder(_folder.Path));

    private protected override void Publish(string name) => new DataFolder(_folder.Path).Publish(name, path => File.WriteAllText(path, name));

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _folder.Dispose();
    }
}
