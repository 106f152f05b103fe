using Rollcall.Work;

namespace Rollcall.Store;

/// <summary>Folders and files that only their owner may read.</summary>
internal static class PrivateFiles
{
    /// <summary>Creates the folder, 0700, or leaves one that is there as it is.</summary>
    public static void CreateFolder(string path)
    {
        Links.Refuse(path);
        FileModes.CreateFolder(path);
    }

    /// <summary>Writes the file, 0600, so that a reader sees the old text or the new, never half of it.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        // What lies there, of a write that was killed or from somebody else, is not written through.
        var half = path + ".new";
        File.Delete(half);
        using (var file = new FileStream(half, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write }.ForOwner()))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(half, path, overwrite: true);
    }
}
