using System.Runtime.InteropServices;
using Rollcall.Work;

namespace Rollcall.Store;

/// <summary>
/// The data folder on disk: 0700, its files 0600. Large tables are immutable Parquet files: written beside their final name,
/// flushed to the disk, renamed, and only then named by a transaction of the <see cref="IStore"/>. A file no transaction names is litter.
/// </summary>
internal sealed partial class DataFolder
{
    private static readonly string[] Own =
    [
        "rollcall.db", "rollcall.db-wal", "rollcall.db-shm", "runs", "locks", "ledger", "manifests", "outcomes", "failures", "events", "logs",
        "authorizations", "secrets",
    ];

    private const int MostTries = 5000;

    private readonly Action<string>? _checkpoint;

    public DataFolder(string path, Action<string>? checkpoint = null)
    {
        Root = Path.GetFullPath(path);
        _checkpoint = checkpoint;
        CreateFolder(Root);
        foreach (var name in Own)
        {
            Links.Refuse(Full(name));
        }
    }

    public string Root { get; }

    public string StorePath => Path.Combine(Root, "rollcall.db");

    /// <summary>The absolute path of a file the store names by its path inside the folder.</summary>
    public string Full(string name) => Path.Combine(Root, name);

    /// <summary>A run's own folder: its rolls and work tables, gone when the run ends.</summary>
    public string RunFolder(string runId)
    {
        var folder = Path.Combine(Root, "runs", runId);
        CreateInside(folder);
        return folder;
    }

    /// <summary>Writes a file through <paramref name="write"/> and makes it durable under <paramref name="name"/>, which is returned.</summary>
    public string Publish(string name, Action<string> write)
    {
        var final = Full(name);
        CreateInside(Path.GetDirectoryName(final)!);
        var unfinished = final + ".tmp";
        File.Delete(unfinished);
        write(unfinished);
        FileModes.Restrict(unfinished);
        using (var file = new FileStream(unfinished, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Flush(flushToDisk: true);
        }

        _checkpoint?.Invoke("file");
        File.Move(unfinished, final, overwrite: true);
        SyncFolder(Path.GetDirectoryName(final)!);
        _checkpoint?.Invoke("file");
        return name;
    }

    /// <summary>Moves a file or folder, if it is there; what is above its new place is made.</summary>
    public void Move(string name, string to)
    {
        var (from, into) = (Full(name), Full(to));
        if (!Path.Exists(from))
        {
            return;
        }

        CreateInside(Path.GetDirectoryName(into)!);
        if (Directory.Exists(from))
        {
            Directory.Move(from, into);
        }
        else
        {
            File.Move(from, into);
        }

        SyncFolder(Path.GetDirectoryName(into)!);
        SyncFolder(Path.GetDirectoryName(from)!);
    }

    /// <summary>Deletes a file, if it is there.</summary>
    public void Delete(string name)
    {
        Links.Refuse(Path.GetDirectoryName(Full(name))!);
        if (File.Exists(Full(name)))
        {
            File.Delete(Full(name));
        }
    }

    /// <summary>
    /// Takes the job's lock, which the operating system gives back when the process dies; null when another run holds it. Exceptions are let out: a disk
    /// that is full or read-only is no other run.
    /// </summary>
    public FileStream? TryLock(string tag) => TryLock(tag, FileOptions.None);

    /// <summary>As <see cref="TryLock(string)"/>, of a lock whose file goes when it is given back, and not before: gone, nobody need look for it.</summary>
    public FileStream? TryRareLock(string name) => TryLock(name, FileOptions.DeleteOnClose);

    /// <summary>Whether a run of the job is under way, in any process, this one too. Who asks never keeps a run from beginning.</summary>
    public bool IsLocked(string tag) => IsHeld(LockPath(tag));

    private string LockPath(string tag) => Path.Combine(Root, "locks", tag + ".lock");

    private FileStream? TryLock(string tag, FileOptions options)
    {
        var path = LockPath(tag);
        CreateInside(Path.GetDirectoryName(path)!);
        Links.Refuse(path);
        for (var wait = new SpinWait(); ; wait.SpinOnce())
        {
            if (TryOpen(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, options) is { } file)
            {
                FileModes.Restrict(path);
                return file;
            }

            // Who only looks is gone in a moment, unless the process was stopped just then.
            if (IsHeld(path) || wait.Count > MostTries)
            {
                return null;
            }
        }
    }

    /// <summary>Opens a file beside others who share it; null while somebody has it alone.</summary>
    public FileStream? TryShare(string name) => TryOpen(Full(name), FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Opens a file alone; null while anybody else has it.</summary>
    public FileStream? TryAlone(string name) => TryOpen(Full(name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private static bool IsHeld(string path)
    {
        try
        {
            using var look = File.Exists(path) ? TryOpen(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete) : Stream.Null;
            return look is null;
        }
        catch (FileNotFoundException)
        {
            // Given back since.
            return false;
        }
    }

    private static FileStream? TryOpen(string path, FileMode mode, FileAccess access, FileShare share, FileOptions options = FileOptions.None)
    {
        try
        {
            return new FileStream(path, mode, access, share, bufferSize: 1, options);
        }
        catch (IOException e) when (FolderProblem.InUse(e))
        {
            return null;
        }
    }

    /// <summary>Makes a folder of the data folder, and those above it, none of them a link.</summary>
    private void CreateInside(string path)
    {
        for (var one = path; one.Length > Root.Length; one = Path.GetDirectoryName(one)!)
        {
            Links.Refuse(one);
        }

        CreateFolder(path);
    }

    private static void CreateFolder(string path)
    {
        // The mode is the last folder's only: those above it are made each for itself.
        if (Path.GetDirectoryName(path) is { Length: > 0 } above && !Directory.Exists(above))
        {
            CreateFolder(above);
        }

        FileModes.CreateFolder(path);
    }

    /// <summary>Makes a rename durable, which on Unix is a change of the folder, not of the file.</summary>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var handle = Open(path, 0);
        if (handle < 0)
        {
            throw new IOException($"Cannot open the folder {path} to flush it (error {Marshal.GetLastPInvokeError()}).");
        }

        var failed = Sync(handle) != 0;
        _ = Close(handle);
        if (failed)
        {
            throw new IOException($"Cannot flush the folder {path} to the disk.");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
