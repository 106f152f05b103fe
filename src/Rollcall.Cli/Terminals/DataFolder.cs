using Rollcall.Work;
using Rollcall.Model;
using Spectre.Console;

namespace Rollcall.Cli.Terminals;

/// <summary>The folder with everything Rollcall stores.</summary>
internal static class DataFolder
{
    /// <summary>Creates it with access for its owner only; warns when an existing one is open to others, and does not change it.</summary>
    public static void Create(string path, IAnsiConsole err)
    {
        if (File.Exists(path))
        {
            throw new RollcallException(ExitCode.BadJob, $"The data folder {path} is a file.", todo: "Choose a folder with --data or ROLLCALL_DATA.");
        }

        try
        {
            if (!OperatingSystem.IsWindows() && Directory.Exists(path))
            {
                WarnIfOpen(path, err);
            }

            FileModes.CreateFolder(path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new RollcallException(
                ExitCode.BadJob,
                $"Cannot create the data folder {path}: {refused.Message}",
                todo: "Choose another with --data or ROLLCALL_DATA.",
                inner: refused);
        }
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static void WarnIfOpen(string path, IAnsiConsole err)
    {
        if ((File.GetUnixFileMode(path) & ~FileModes.OwnerFolder) != 0)
        {
            err.WriteLine($"The data folder {path} is open to other users of this machine. To close it: chmod 700 {path}");
        }

        if (!IsOurs(path))
        {
            err.WriteLine($"The data folder {path} belongs to another user of this machine, who can read everything in it, including passwords.");
        }
    }

    /// <summary>Only a folder's owner and root can set its mode, even to its current value.</summary>
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static bool IsOurs(string path)
    {
        try
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path));
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
