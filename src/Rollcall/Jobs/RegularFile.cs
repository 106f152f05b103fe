using System.Runtime.InteropServices;

namespace Rollcall.Jobs;

/// <summary>
/// What lies at a path. A named pipe makes its reader wait, a device such as /dev/zero never ends, and either may stand behind a link: sources and job
/// files are regular files, and nothing else is opened.
/// </summary>
public static class RegularFile
{
    // POSIX: the type within st_mode.
    private const int TypeBits = 0xF000;

    /// <summary>
    /// What the path leads to where that is no regular file, with its article, such as <c>a named pipe</c>; null for a regular file, and for nothing.
    /// </summary>
    public static string? OtherKind(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return Directory.Exists(path) ? "a folder" : null;
        }

        // The runtime's own stat, which is the same on every system: flags, then the mode, then what is not looked at.
        var status = new byte[256];
        if (Stat(path, status) != 0)
        {
            return null;
        }

        return (BitConverter.ToInt32(status, sizeof(int)) & TypeBits) switch
        {
            0x8000 => null,
            0x4000 => "a folder",
            0x1000 => "a named pipe",
            0xC000 => "a socket",
            0x2000 or 0x6000 => "a device",
            _ => "no regular file",
        };
    }

    [DllImport("libSystem.Native", EntryPoint = "SystemNative_Stat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static extern int Stat([MarshalAs(UnmanagedType.LPUTF8Str)] string path, byte[] status);
}
