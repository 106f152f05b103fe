using System.Runtime.InteropServices;

namespace Rollcall.Work;

/// <summary>What files of this process are allowed to others: nothing, whatever the caller's own mask says.</summary>
public static partial class FileModes
{
    /// <summary>What the owner may do with a file, and nobody else.</summary>
    internal const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

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
            File.SetUnixFileMode(path, OwnerOnly);
        }
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint Umask(uint mask);
}
