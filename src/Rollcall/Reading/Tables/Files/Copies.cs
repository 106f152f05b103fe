using Rollcall.Work;

namespace Rollcall.Reading.Tables.Files;

/// <summary>Makes files for the good rows of damaged ones, readable by their owner only.</summary>
internal static class Copies
{
    /// <summary>Writes a new file in <paramref name="folder"/>.</summary>
    /// <param name="path">The file's path.</param>
    public static T Write<T>(string folder, string key, string extension, Func<Stream, T> write, out string path)
    {
        Directory.CreateDirectory(folder);
        var name = string.Concat(key.Where(char.IsAsciiLetterOrDigit).Take(40));
        var number = 1;
        do
        {
            path = Path.Combine(folder, $"copy-{name}-{number++}{extension}");
        }
        while (File.Exists(path));

        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 1 << 20 };
        using var copy = new FileStream(path, options.ForOwner());
        return write(copy);
    }
}
