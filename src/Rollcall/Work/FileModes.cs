using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rollcall.Work;

/// <summary>What files of this process are allowed to others: nothing, whatever the caller's own mask says.</summary>
public static partial class FileModes
{
    /// <summary>The mode of a file that only its owner reads and writes.</summary>
    public const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The mode of a folder that only its owner opens.</summary>
    public const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;

    /// <summary>Creates a folder for its owner only; one that exists stays as it is.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerFolder);
        }
    }

    /// <summary>Gives a file that is created to its owner only.</summary>
    public static FileStreamOptions ForOwner(this FileStreamOptions options)
    {
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerFile;
        }

        return options;
    }

    // fcntl's, of Linux.
    private const int SetFlags = 4;
    private const int Append = 0x400;

    /// <summary>Files that libraries make (DuckDB's, SQLite's) are the owner's alone from their first byte.</summary>
    public static void KeepToOwner()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = Umask(Convert.ToUInt32("077", 8));
        }
    }

    /// <summary>Takes a file from everybody but its owner.</summary>
    public static void Restrict(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, OwnerFile);
        }
    }

    /// <summary>
    /// Lets a file only be written at its end, wherever that is by then: the system sees to it, so that processes that write to one file overwrite
    /// nothing of each other's. .NET's own append mode remembers where the end was. Linux only: elsewhere the number means something else.
    /// </summary>
    public static void AppendOnly(SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux() && FileControl(file, SetFlags, Append) != 0)
        {
            throw new IOException($"The file cannot be appended to: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FileControl(SafeFileHandle file, int command, int flags);

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint Umask(uint mask);
}
