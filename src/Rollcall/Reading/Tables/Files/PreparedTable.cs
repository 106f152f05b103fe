using Rollcall.Running;

namespace Rollcall.Reading.Tables.Files;

/// <summary>A table of files, scanned once a run, that DuckDB can read without an error.</summary>
internal sealed record PreparedTable
{
    /// <summary>The SELECT that reads it.</summary>
    public required string Select { get; init; }

    /// <summary>The files that it reads: the table's own, and copies.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>The first rows that could not be read.</summary>
    public IReadOnlyList<RejectedRow> Rejected { get; init; } = [];

    /// <summary>How many rows could not be read.</summary>
    public long RejectedCount { get; init; }

    /// <summary>Why the table may be incomplete.</summary>
    public IReadOnlyList<string> Holds { get; init; } = [];

    /// <summary>The files as they were when they were scanned.</summary>
    public required IReadOnlyList<FileStamp> Files { get; init; }
}

/// <summary>A file's state, to notice that it changed while it was read.</summary>
/// <param name="Path">Its absolute path.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Written">When it was last written to.</param>
/// <param name="EndsWithNewline">Whether the last byte of its text is a new line.</param>
internal sealed record FileStamp(string Path, long Length, DateTime Written, bool EndsWithNewline)
{
    public static FileStamp Of(string path, bool endsWithNewline)
    {
        var file = new FileInfo(path);
        return new FileStamp(path, file.Length, file.LastWriteTimeUtc, endsWithNewline);
    }

    public bool Changed()
    {
        var file = new FileInfo(Path);
        return !file.Exists || file.Length != Length || file.LastWriteTimeUtc != Written;
    }
}
