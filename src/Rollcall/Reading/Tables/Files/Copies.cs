namespace Rollcall.Reading.Tables.Files;

/// <summary>Makes files for the good rows of damaged ones, readable by their owner only.</summary>
internal static class Copies
{
    /// <summary>A new file in <paramref name="folder"/>, for writing.</summary>
    public static (string Path, Stream Stream) Create(string folder, string key, string extension)
    {
        Directory.CreateDirectory(folder);
        var name = string.Concat(key.Where(char.IsAsciiLetterOrDigit).Take(40));
        for (var i = 1; ; i++)
        {
            var path = Path.Combine(folder, $"copy-{name}-{i}{extension}");
            if (!File.Exists(path))
            {
                return (path, Open(path));
            }
        }
    }

    private static FileStream Open(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 1 << 20 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
