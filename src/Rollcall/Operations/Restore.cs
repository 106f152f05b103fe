using System.Formats.Tar;
using System.IO.Compression;
using Rollcall.Model;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Operations;

/// <summary>
/// Brings a backup into an empty data folder. The store is the last file of an archive and gets its name when everything else is there: cut short, the
/// folder has files of runs and no store, which every command refuses.
/// </summary>
public static class Restore
{
    private const string Half = Backup.Store + ".tmp";

    /// <summary>Restores the folder; what was written of it goes again where that fails.</summary>
    /// <exception cref="RollcallException">Exit 2: the folder is not empty, or the file is no backup, or not a whole one.</exception>
    public static async Task<RestoreResult> RunAsync(string file, string dataFolder, CancellationToken cancellation = default)
    {
        var root = Path.GetFullPath(dataFolder);
        if (File.Exists(root) || (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any()))
        {
            throw new RollcallException(
                ExitCode.BadJob, "The data folder is not empty. Nothing was restored.", root, "Name a new one with --data, or move this one away first.");
        }

        await using var archive = Open(file);
        var folder = new DataFolder(root);
        var written = new List<string>();
        try
        {
            var bytes = await ExtractAsync(archive, folder, written, cancellation);
            foreach (var above in written.Select(path => Path.GetDirectoryName(path)!).Distinct(StringComparer.Ordinal).ToList())
            {
                DataFolder.SyncFolder(above);
            }

            // Never over the store of another command that began here meanwhile.
            File.Move(folder.Full(Half), folder.StorePath);
            written.Add(folder.StorePath);
            DataFolder.SyncFolder(root);
            using var store = Stores.Open(folder);
            return new RestoreResult(root, written.Count - 1, bytes);
        }
        catch (Exception e)
        {
            if (written.Contains(folder.StorePath))
            {
                written.AddRange([folder.StorePath + "-wal", folder.StorePath + "-shm"]);
            }

            written.Where(File.Exists).ToList().ForEach(File.Delete);
            DeleteEmptyFolders(root);
            if (e is InvalidDataException or EndOfStreamException or FormatException)
            {
                throw NoBackup(file, $"cannot be read as a backup: {e.Message}", e);
            }

            throw;
        }
    }

    private static FileStream Open(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new RollcallException(ExitCode.BadJob, $"The backup cannot be read: {refused.Message}", file, inner: refused);
        }
    }

    /// <returns>How many bytes were written.</returns>
    private static async Task<long> ExtractAsync(FileStream archive, DataFolder folder, List<string> written, CancellationToken cancellation)
    {
        var bytes = 0L;
        var complete = false;
        await using var gzip = new GZipStream(archive, CompressionMode.Decompress);
        await using var tar = new TarReader(gzip);
        while (await tar.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
        {
            var name = Checked(entry, archive.Name);
            if (complete)
            {
                throw NoBackup(archive.Name, $"has something after its store: {entry.Name}.");
            }

            complete = name == Backup.Store;
            bytes += await WriteAsync(entry, folder.Full(complete ? Half : name), written, cancellation);
        }

        // To its end, where the archive's checksum is.
        await gzip.CopyToAsync(Stream.Null, cancellation);
        return complete ? bytes : throw NoBackup(archive.Name, "is not complete, or is no backup: it has no store.");
    }

    private static async Task<long> WriteAsync(TarEntry entry, string path, List<string> written, CancellationToken cancellation)
    {
        FileModes.CreateFolder(Path.GetDirectoryName(path)!);
        await using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write }.ForOwner());
        written.Add(path);
        if (entry.DataStream is { } content)
        {
            await content.CopyToAsync(file, cancellation);
        }

        if (file.Length != entry.Length)
        {
            throw new EndOfStreamException($"{entry.Name} is cut off.");
        }

        file.Flush(flushToDisk: true);
        return file.Length;
    }

    /// <summary>The path of a file inside the folder: an archive may come from anywhere.</summary>
    private static string Checked(TarEntry entry, string archive)
    {
        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
        {
            throw NoBackup(archive, $"has something that is no file: {entry.Name}.");
        }

        var parts = entry.Name.Split('/');
        return parts.Any(part => part is "" or "." or ".." || part.Contains('\\', StringComparison.Ordinal) || part.Contains(':', StringComparison.Ordinal))
            || entry.Name == Half || parts[0] is "locks" or "runs"
            ? throw NoBackup(archive, $"has a file that does not belong into a data folder: {entry.Name}.")
            : Path.Combine(parts);
    }

    private static void DeleteEmptyFolders(string root)
    {
        foreach (var folder in Directory.GetDirectories(root, "*", SearchOption.AllDirectories).OrderByDescending(path => path.Length))
        {
            if (!Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
            }
        }
    }

    private static RollcallException NoBackup(string file, string what, Exception? inner = null) => new(
        ExitCode.BadJob, $"The file {what} Nothing was restored.", file, "Name a file that rollcall backup wrote, and check that it was copied whole.", inner);
}

/// <summary>What was restored.</summary>
/// <param name="Folder">The data folder.</param>
/// <param name="Files">How many files are in it.</param>
/// <param name="Bytes">Their size.</param>
public sealed record RestoreResult(string Folder, long Files, long Bytes);
