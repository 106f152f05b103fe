namespace Rollcall.Store;

/// <summary>
/// The folder that a run, a plan or a check works in: locked before it is made, so that nobody clears it away meanwhile, and gone with its lock afterwards.
/// </summary>
internal sealed class WorkFolder : IDisposable
{
    private readonly DataFolder folder;
    private readonly string lockName;
    private readonly FileStream? inUse;

    /// <param name="name">The run's id, or a name that no other work has.</param>
    public WorkFolder(DataFolder folder, string name)
    {
        this.folder = folder;
        lockName = RunFolders.Lock(name);
        inUse = folder.TryLock(lockName);
        Path = folder.RunFolder(name);
    }

    public string Path { get; }

    public void Dispose()
    {
        Directory.Delete(Path, recursive: true);
        folder.Delete($"locks/{lockName}.lock");
        inUse?.Dispose();
    }
}
