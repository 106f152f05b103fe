using Rollcall.Model;
namespace Rollcall.Reading.Tables.Files;

/// <summary>The result of scanning a file of rows.</summary>
/// <param name="Clean">Whether DuckDB can read the file as it is.</param>
/// <param name="EndsWithNewline">Whether its last byte is a new line.</param>
/// <param name="Hold">Why it may not be whole; null when it seems to be.</param>
internal abstract record FileScan(bool Clean, bool EndsWithNewline, string? Hold);

/// <summary>Gathers the results of scanning the files of one table.</summary>
internal sealed class TableScan
{
    private readonly RejectedRows _rejected = new();
    private readonly List<string> _holds = [];
    private readonly List<FileStamp> _stamps = [];

    /// <summary>Looks through a file.</summary>
    /// <param name="scan">Does it, and adds the rows that it rejects.</param>
    public T Look<T>(string path, Func<RejectedRows, T> scan)
        where T : FileScan
    {
        var (stamp, before) = (FileStamp.Of(path, endsWithNewline: false), _rejected.Count);
        var found = scan(_rejected);
        _stamps.Add(stamp with { EndsWithNewline = found.EndsWithNewline });
        if (found.Hold is { } reason)
        {
            _holds.Add($"{path}: {reason}");
        }

        if (_rejected.Count > before)
        {
            _holds.Add($"{path}: {Counted.Of(_rejected.Count - before, "rejected row")}");
        }

        return found;
    }

    /// <summary>The table of the files that were looked through.</summary>
    /// <param name="paths">What the SELECT reads: the files, or copies of them.</param>
    /// <param name="holds">More reasons why the table may not be whole.</param>
    public PreparedTable Table(string select, IEnumerable<string> paths, params IEnumerable<string> holds) => new()
    {
        Select = select,
        Paths = [.. paths],
        Rejected = _rejected.Rows,
        RejectedCount = _rejected.Count,
        Holds = [.. _holds, .. holds],
        Files = _stamps,
    };
}
