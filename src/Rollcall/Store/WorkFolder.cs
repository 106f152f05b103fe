namespace Rollcall.Store;

/// <summary>
/// The folder that a run, a plan or a check works in: locked before it is made, so that nobody clears it away meanwhile, and gone with its lock afterwards.
/// </summary>
internal sealed class WorkFolder : IDisposable
{
    private readonly DataFolder _folder;
    private readonly string _lockName;
    private readonly FileStream? _inUse;

    /// <param name="name">The run's id, or a name that no other work has.</param>
    public WorkFolder(DataFolder folder, string name)
    {
        _folder = folder;
        _lockName = RunFolders.Lock(name);
        _inUse = folder.TryLock(_lockName);
        Path = folder.RunFolder(name);
    }

    public string Path { get; }

    public void Dispose()
    {
        Directory.Delete(Path, recursive: true);
        _folder.Delete($"locks/{_lockName}.lock");
        _inUse?.Dispose();
    }
}
