using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Rollcall.Model;

namespace Rollcall.Reading.Tables.Files;

/// <summary>The result of scanning a CSV file.</summary>
/// <param name="Header">The column names of the first record; null for a file without one.</param>
/// <param name="QuotedNewlines">Whether a value holds a new line: such a file must not be read in parallel.</param>
/// <param name="Clean">
/// Whether DuckDB reads the file as it was read here: UTF-8, one kind of new line, nothing rejected, all quoting regular.
/// </param>
internal sealed record CsvScanResult(IReadOnlyList<string>? Header, bool QuotedNewlines, bool Clean, bool EndsWithNewline, string? Hold)
    : FileScan(Clean, EndsWithNewline, Hold);

/// <summary>
/// Scans a CSV file before DuckDB reads it. DuckDB fails a whole file for one bad row, or with <c>store_rejects</c>
/// for one byte that is not UTF-8 (then even the database is lost), so it is only given files that are in order:
/// the file, or a copy of its good records. Where the two could read a value differently, it is the copy: what was checked is what is delivered.
/// </summary>
internal sealed class CsvScan
{
    /// <summary>Longest record in bytes; a longer one is treated as an unclosed quote.</summary>
    public const int LongestRecord = 1 << 20;

    private static readonly SearchValues<byte> Special = SearchValues.Create("\"\r\0"u8);
    private static readonly byte[] UndecodableBytes = Encoding.UTF8.GetBytes(CsvDialect.Undecodable);

    private readonly string _path;
    private readonly CsvDialect _dialect;
    private readonly byte[] _delimiter;
    private readonly CsvRecord _record;
    private readonly RejectedRows _rejected;
    private readonly Stream? _copy;
    private readonly Action<long>? _progress;

    private CsvHeader? _header;
    private long _line = 1;
    private long _records;
    private bool _lineFeeds;
    private bool _returns;
    private bool _lineFeedsAfterReturns;
    private bool _blanks;
    private bool _quotedNewlines;
    private bool _irregular;
    private string? _hold;

    private CsvScan(string path, CsvDialect dialect, RejectedRows rejected, Stream? copy, Action<long>? progress)
    {
        (_path, _dialect, _rejected, _copy, _progress) = (path, dialect, rejected, copy, progress);
        _delimiter = Encoding.UTF8.GetBytes(dialect.Delimiter);
        _record = new CsvRecord(_delimiter);
    }

    /// <summary>Looks through a file.</summary>
    /// <param name="rejected">Receives the rows that have faults.</param>
    /// <param name="copy">Receives the header and the other records, in UTF-8; null to only scan.</param>
    /// <param name="progress">Called for every 100,000 records.</param>
    public static CsvScanResult Run(
        string path, CsvDialect dialect, RejectedRows rejected, Stream? copy, Action<long>? progress, CancellationToken cancellation)
    {
        using var file = TextFile.Open(path);
        var scan = new CsvScan(path, dialect, rejected, copy, progress).Run(file, headerOnly: false, cancellation);
        return file is GzipText { Padded: true } ? scan with { Clean = false } : scan;
    }

    /// <summary>Reads a file's header alone; null for a file without one.</summary>
    public static IReadOnlyList<string>? Header(string path, CsvDialect dialect, CancellationToken cancellation)
    {
        using var file = TextFile.Open(path);
        return new CsvScan(path, dialect, new RejectedRows(), null, null).Run(file, headerOnly: true, cancellation).Header;
    }

    private CsvScanResult Run(Stream file, bool headerOnly, CancellationToken cancellation)
    {
        using var text = _dialect.IsUtf8 ? file : Encoding.CreateTranscodingStream(file, _dialect.Encoding, Encoding.UTF8, leaveOpen: true);
        var buffer = new RefillingBuffer(text, 4 * LongestRecord);
        buffer.Refill();
        if (buffer.Span.StartsWith("\uFEFF"u8))
        {
            buffer.Use(3);
        }

        var rejectedBefore = _rejected.Count;
        while (!(buffer.Span.IsEmpty && buffer.Ended) && !(headerOnly && _header is not null))
        {
            if (buffer.Broken && !buffer.Span.Contains((byte)'\n'))
            {
                _rejected.Add(_path, _line, "the file breaks off inside this record");
                break;
            }

            var used = buffer.Span.IsEmpty ? 0 : _header is null ? Header(buffer.Span, buffer.Ended) : Next(buffer.Span, buffer.Ended);
            buffer.Use(used);
            if (used == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                buffer.Refill();
            }
        }

        _hold = buffer.Broken ? "its gzip data breaks off" : _hold ?? (_header is null ? "it is empty: it has no header row" : null);
        var newlines = (_lineFeeds ? 1 : 0) + (_lineFeedsAfterReturns ? 1 : 0) + (_returns ? 2 : 0);
        var blankRecords = _blanks && _header?.Names.Count == 1;
        var clean = _dialect.IsUtf8 && _rejected.Count == rejectedBefore && !_irregular && newlines <= 1 && !buffer.Broken && !blankRecords;
        return new CsvScanResult(_header?.Names, _quotedNewlines, clean, buffer.Last is (byte)'\n' or (byte)'\r', _hold);
    }

    /// <summary>Reads the header, after blank lines; returns the bytes used, 0 when more are needed.</summary>
    private int Header(ReadOnlySpan<byte> bytes, bool last)
    {
        var state = _record.Read(bytes, last);
        if (state == CsvRecordState.Unfinished && !last && bytes.Length < LongestRecord)
        {
            return 0;
        }

        var length = _record.Length;
        var header = bytes[..length];
        if (state != CsvRecordState.Complete || !Utf8.IsValid(header) || header.Contains((byte)0) || header.IndexOf(UndecodableBytes) >= 0)
        {
            throw new RollcallException(
                ExitCode.Source,
                "The first line is no header row: its quoting or its bytes are wrong.",
                $"{_path}:{_line}",
                "Give the file's encoding and delimiter in the job file.");
        }

        CountNewlines(bytes[.._record.Consumed], length);
        _line += Lines(bytes[.._record.Consumed]);
        if (length == 0)
        {
            // DuckDB treats the first line as the header, even if it is blank.
            _irregular = true;
            return _record.Consumed;
        }

        if (_record.Count > TableFiles.MostColumns)
        {
            throw TableFiles.TooWide(_path, "columns");
        }

        _irregular |= !_record.Regular;
        _header = new CsvHeader(_record, bytes, _dialect.Types);
        Copy(header, split: true);
        return _record.Consumed;
    }

    /// <summary>Reads one record; returns the bytes used, 0 when more are needed.</summary>
    private int Next(ReadOnlySpan<byte> bytes, bool last)
    {
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0 && !last && bytes.Length < LongestRecord)
        {
            return 0;
        }

        // A line without quotes, the usual case, needs no splitting.
        var whole = end < 0 ? bytes : bytes[..end];
        var text = whole.EndsWith("\r"u8) && end >= 0 ? whole[..^1] : whole;
        if (_header!.HasTypes || (end < 0 && !last) || text.Length > LongestRecord || text.ContainsAny(Special))
        {
            return Split(bytes, last);
        }

        var used = Math.Min(bytes.Length, whole.Length + 1);
        CountNewlines(bytes[..used], text.Length);
        Judge(text, Occurrences(text) + 1, split: false);
        _line++;
        return used;
    }

    private int Occurrences(ReadOnlySpan<byte> text) => _delimiter.Length == 1 ? text.Count(_delimiter[0]) : text.Count(_delimiter);

    private int Split(ReadOnlySpan<byte> bytes, bool last)
    {
        var state = _record.Read(bytes, last);
        if (state == CsvRecordState.Unfinished && !last && bytes.Length < LongestRecord)
        {
            return 0;
        }

        if (state != CsvRecordState.Complete || _record.Length > LongestRecord)
        {
            return RejectLine(bytes, last, state);
        }

        var text = bytes[.._record.Length];
        CountNewlines(bytes[.._record.Consumed], _record.Length);
        if (Judge(text, _record.Count, split: true))
        {
            _irregular |= !_record.Regular;
            _quotedNewlines |= text.ContainsAny((byte)'\n', (byte)'\r');
        }

        _line += Lines(bytes[.._record.Consumed]);
        return _record.Consumed;
    }

    private int Lines(ReadOnlySpan<byte> record) => record.Count((byte)'\n') + (_record.EndsWithReturn ? 1 : 0);

    /// <summary>Rejects one line only: an unclosed quote must not take the rest of the file.</summary>
    private int RejectLine(ReadOnlySpan<byte> bytes, bool last, CsvRecordState state)
    {
        var reason = "a value's quotes are wrong";
        if (state == CsvRecordState.Unfinished)
        {
            reason = last ? "the file ends inside a quoted value" : $"the record is longer than {LongestRecord} bytes: a quote may not be closed";
            _hold = last ? "it ends inside a record" : _hold;
        }

        _rejected.Add(_path, _line, reason);
        _line++;
        var end = bytes.IndexOf((byte)'\n');
        return end < 0 ? bytes.Length : end + 1;
    }

    /// <summary>Counts a record, or rejects it.</summary>
    /// <param name="split">Whether <see cref="_record"/> has it.</param>
    private bool Judge(ReadOnlySpan<byte> text, int values, bool split)
    {
        if (text.IsEmpty)
        {
            _blanks = true;
            return false;
        }

        var columns = _header!.Names.Count;
        var reason = values != columns ? $"{Counted.Of(values, "value")} where the header has {columns}"
            : split && _record.IsCutInQuotes(text) ? "a value in quotes has a blank before its quote and is cut at a delimiter"
            : !Utf8.IsValid(text) ? "bytes that are not UTF-8"
            : text.Contains((byte)0) ? "a zero byte"
            : !_dialect.IsUtf8 && text.IndexOf(UndecodableBytes) >= 0 ? $"bytes that are not {_dialect.Encoding.WebName}"
            : _header.Misfit(_record, text);
        if (reason is not null)
        {
            _rejected.Add(_path, _line, reason);
            return false;
        }

        _records++;
        if (_records % 100_000 == 0)
        {
            _progress?.Invoke(_records);
        }

        Copy(text, split);
        return true;
    }

    private void CountNewlines(ReadOnlySpan<byte> withNewline, int length)
    {
        switch (withNewline.Length - length)
        {
            case 2:
                _lineFeedsAfterReturns = true;
                break;
            case 1 when withNewline[^1] == '\n':
                _lineFeeds = true;
                break;
            case 1:
                _returns = true;
                break;
        }
    }

    private void Copy(ReadOnlySpan<byte> text, bool split)
    {
        if (_copy is null)
        {
            return;
        }

        if (split)
        {
            _record.WriteRegular(text, _copy);
        }
        else
        {
            _copy.Write(text);
        }

        _copy.WriteByte((byte)'\n');
    }
}
