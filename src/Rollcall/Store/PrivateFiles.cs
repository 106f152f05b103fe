namespace Rollcall.Store;

/// <summary>Folders and files that only their owner may read.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Creates the folder, 0700, or leaves one that is there as it is.</summary>
    public static void CreateFolder(string path)
    {
        Links.Refuse(path);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, Owner | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Writes the file, 0600, so that a reader sees the old text or the new, never half of it.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Owner;
        }

        // What lies there, of a write that was killed or from somebody else, is not written through.
        var half = path + ".new";
        File.Delete(half);
        using (var file = new FileStream(half, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(half, path, overwrite: true);
    }
}
