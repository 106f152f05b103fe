using System.Formats.Tar;
using System.IO.Compression;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Operations;

/// <summary>
/// Copies a data folder into one archive, also while runs and a service work in it: the store as it is at one moment, every file that it names, other
/// databases as each is at one moment, and whatever else lies there, but no logs and no work tables. The store comes last: an archive without it is not
/// complete.
/// </summary>
public static class Backup
{
    /// <summary>The name of the store in the archive, and in the folder.</summary>
    internal const string Store = "rollcall.db";

    // Files of runs are copied as far as the store names them.
    private static readonly HashSet<string> _notAsTheyAre =
        new([Store, $"{Store}-wal", $"{Store}-shm", "runs", "locks", "logs", .. StoreLoss.Traces], StringComparer.Ordinal);

    private static readonly string[] _unfinished = [".tmp", ".new", "-wal", "-shm", "-journal"];

    private static readonly EnumerationOptions _noLinks = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>Writes the archive under a temporary name, then renames it.</summary>
    /// <param name="file">The archive: a gzipped tar.</param>
    /// <param name="replace">Whether a file of that name is replaced.</param>
    /// <exception cref="RollcallException">The file is there, or cannot be written; exit 6 while a person is being erased.</exception>
    public static async Task<BackupResult> RunAsync(string dataFolder, string file, bool replace, CancellationToken cancellation = default)
    {
        var folder = new DataFolder(dataFolder);
        var path = Path.GetFullPath(file);
        Refuse(folder, path, replace);
        using var store = Stores.Open(folder);

        // Its lock keeps everybody out who rewrites files in place.
        using var work = new WorkFolder(folder, $"backup-{Guid.NewGuid():N}");
        ForgetLock.RefuseMeanwhile(folder);
        using var snapshot = StoreSnapshot.Take(folder, store, work.Path);
        var half = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            var result = await WriteAsync(folder, snapshot, work.Path, half, cancellation);
            File.Move(half, path, replace);
            DataFolder.SyncFolder(Path.GetDirectoryName(path)!);
            return result with { File = path };
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new RollcallException(
                ExitCode.BadJob, $"The backup cannot be written: {refused.Message}", path, "Make room or give the rights, or name another file.", refused);
        }
        finally
        {
            if (File.Exists(half))
            {
                File.Delete(half);
            }
        }
    }

    private static void Refuse(DataFolder folder, string path, bool replace)
    {
        if (path.StartsWith(folder.Root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new RollcallException(
                ExitCode.BadJob, "A backup inside the data folder is lost with it.", path, "Name a file elsewhere, best on another machine's disk.");
        }

        if (Directory.Exists(path) || (!replace && Path.Exists(path)))
        {
            throw new RollcallException(ExitCode.BadJob, "The file is there already.", path, "Name another, or replace it with --replace.");
        }
    }

    private static async Task<BackupResult> WriteAsync(
        DataFolder folder, StoreSnapshot snapshot, string work, string half, CancellationToken cancellation)
    {
        var (files, bytes) = (0L, 0L);
        var missing = snapshot.Missing.ToList();
        await using var output = new FileStream(half, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write }.ForOwner());
        await using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        await using (var tar = new TarWriter(gzip, TarEntryFormat.Pax))
        {
            foreach (var name in Others(folder))
            {
                if (Copied(folder.Full(name), Path.Combine(work, "one")) is { } copy)
                {
                    await AddAsync(name, Open(copy));
                }
            }

            foreach (var file in snapshot.Files)
            {
                try
                {
                    await AddAsync(file.Name, file.Open ?? Open(folder.Full(file.Name)));
                }
                catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
                {
                    // It was 30 days old, and is not needed any more.
                    missing.Add(file.Name);
                }
            }

            await AddAsync(Store, Open(snapshot.Database));

            async Task AddAsync(string name, Stream content)
            {
                await using var closing = content;
                var entry = new PaxTarEntry(TarEntryType.RegularFile, name.Replace(Path.DirectorySeparatorChar, '/'))
                {
                    DataStream = content, Mode = FileModes.OwnerFile,
                };
                files++;
                bytes += content.Length;
                await tar.WriteEntryAsync(entry, cancellation);
            }
        }

        output.Flush(flushToDisk: true);
        return new BackupResult(half, files, bytes, missing);
    }

    /// <summary>What lies in the folder beside the store and the files that it names.</summary>
    private static IEnumerable<string> Others(DataFolder folder) => Directory.EnumerateFiles(folder.Root, "*", _noLinks)
        .Select(path => Path.GetRelativePath(folder.Root, path))
        .Where(name => !_notAsTheyAre.Contains(name.Split(Path.DirectorySeparatorChar)[0])
            && !_unfinished.Any(end => name.EndsWith(end, StringComparison.Ordinal)) && RegularFile.OtherKind(folder.Full(name)) is null)
        .Order(StringComparer.Ordinal);

    /// <summary>A copy of a file that somebody may be writing to; null where it is gone meanwhile.</summary>
    private static string? Copied(string path, string to)
    {
        try
        {
            File.Delete(to);
            if (Stores.IsDatabase(path))
            {
                Stores.CopyDatabase(path, to);
            }
            else
            {
                File.Copy(path, to);
            }

            return to;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}

/// <summary>What a backup holds.</summary>
/// <param name="File">The archive.</param>
/// <param name="Files">How many files are in it.</param>
/// <param name="Bytes">Their size, not compressed.</param>
/// <param name="Missing">Files that the store names and that were not there.</param>
public sealed record BackupResult(string File, long Files, long Bytes, IReadOnlyList<string> Missing);
