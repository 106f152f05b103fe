using Rollcall.Model;

namespace Rollcall.Store;

/// <summary>Refuses symbolic links inside a data folder: what is made or deleted there must not be somewhere else. The data folder itself may be one.</summary>
public static class Links
{
    /// <exception cref="RollcallException">It is a link (exit 2).</exception>
    public static void Refuse(string path)
    {
        if (IsLink(path))
        {
            throw new RollcallException(
                ExitCode.BadJob,
                "It is a symbolic link; Rollcall neither writes nor deletes through one inside its data folder.",
                path,
                "Look who made it, and put what it leads to in its place.");
        }
    }

    /// <summary>Whether there is a link of this name, also one that leads nowhere.</summary>
    public static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;
}
