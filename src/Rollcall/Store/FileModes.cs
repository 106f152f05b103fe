using System.Runtime.InteropServices;

namespace Rollcall.Store;

/// <summary>What files of this process are allowed to others: nothing, whatever the caller's own mask says.</summary>
public static partial class FileModes
{
    /// <summary>Files that libraries make (DuckDB's, SQLite's) are the owner's alone from their first byte.</summary>
    public static void KeepToOwner()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = Umask(Convert.ToUInt32("077", 8));
        }
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint Umask(uint mask);
}
