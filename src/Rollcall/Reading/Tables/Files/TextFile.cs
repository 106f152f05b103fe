using Rollcall.Model;

namespace Rollcall.Reading.Tables.Files;

/// <summary>Opens a file's bytes, unzipped where it is gzipped.</summary>
internal static class TextFile
{
    public static Stream Open(string path)
    {
        var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        if (!FileKinds.IsGzip(path))
        {
            return file;
        }

        Span<byte> magic = stackalloc byte[2];
        if (file.Length > 0 && (file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) < 2 || magic[0] != 0x1F || magic[1] != 0x8B))
        {
            file.Dispose();
            throw new RollcallException(ExitCode.Source, "The file is not gzipped, though its name ends in .gz.", path, "Rename it, or write it again.");
        }

        file.Position = 0;
        return new GzipText(path, file);
    }
}
