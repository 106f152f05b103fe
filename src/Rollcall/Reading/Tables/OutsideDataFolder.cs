using Rollcall.Model;

namespace Rollcall.Reading.Tables;

/// <summary>The data folder is never a source: it has the people of all jobs.</summary>
internal static class OutsideDataFolder
{
    /// <summary>Maximum number of links in a path.</summary>
    private const int Links = 40;

    /// <exception cref="RollcallException">The file is in the data folder, directly or through links.</exception>
    public static void Require(string path, string dataFolder, string where)
    {
        var (file, folder) = (Real(path), Real(dataFolder));
        if (file == folder || file.StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new RollcallException(ExitCode.Source, $"{path} is in the data folder, which is no source.", where, "Name a file of your own.");
        }
    }

    /// <summary>The path without links.</summary>
    private static string Real(string path)
    {
        var rest = new Stack<string>(Path.GetFullPath(path).Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse());
        var real = Path.GetPathRoot(Path.GetFullPath(path))!;
        for (var links = 0; rest.TryPop(out var part);)
        {
            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target || ++links > Links)
            {
                real = next;
                continue;
            }

            var full = Path.GetFullPath(Path.Combine(real, target));
            real = Path.GetPathRoot(full)!;
            foreach (var one in full.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                rest.Push(one);
            }
        }

        return real;
    }
}
