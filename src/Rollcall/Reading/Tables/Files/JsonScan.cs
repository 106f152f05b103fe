using System.Text.Json;
using System.Text.Unicode;

namespace Rollcall.Reading.Tables.Files;

/// <summary>How the objects of a JSON file are laid out, as DuckDB names it.</summary>
internal enum JsonForm
{
    NewlineDelimited,
    Array,
    Unstructured,
}

/// <summary>The result of scanning a JSON file.</summary>
/// <param name="Form">How its objects are laid out.</param>
internal sealed record JsonScanResult(JsonForm Form, bool Clean, bool EndsWithNewline, string? Hold) : FileScan(Clean, EndsWithNewline, Hold);

/// <summary>
/// Scans a file of JSON objects before DuckDB reads it: an array, one object a line, or objects one after another.
/// Broken objects are rejected, and reading continues at the next line that begins like an object.
/// </summary>
internal sealed class JsonScan
{
    /// <summary>Longest object in bytes.</summary>
    public const int LongestRecord = 8 << 20;

    /// <summary>Maximum depth of an object: no field of a profile is nested so deep.</summary>
    private const int MaxDepth = 64;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };
    private static readonly JsonReaderOptions Deep = new() { MaxDepth = int.MaxValue };

    private readonly string _path;
    private readonly JsonKeys _keys;
    private readonly RejectedRows _rejected;
    private readonly Stream? _copy;
    private readonly Action<long>? _progress;
    private readonly JsonRecord _record;

    private bool _array;
    private bool _arrayEnded;
    private bool _oneALine = true;
    private bool _lineTaken;
    private long _line = 1;
    private long _records;
    private string? _hold;
    private bool _changed;

    private JsonScan(string path, JsonKeys keys, RejectedRows rejected, Stream? copy, Action<long>? progress)
    {
        (_path, _keys, _rejected, _copy, _progress) = (path, keys, rejected, copy, progress);
        _record = new JsonRecord(keys);
    }

    /// <summary>Looks through a file.</summary>
    /// <param name="keys">Receives the keys of the objects.</param>
    /// <param name="rejected">Receives what is not a valid object.</param>
    /// <param name="copy">Receives the valid objects, one a line; null to only scan.</param>
    public static JsonScanResult Run(string path, JsonKeys keys, RejectedRows rejected, Stream? copy, Action<long>? progress, CancellationToken cancellation)
    {
        using var text = TextFile.Open(path);
        var scan = new JsonScan(path, keys, rejected, copy, progress).Run(new RefillingBuffer(text, 2 * LongestRecord), cancellation);
        return text is GzipText { Padded: true } ? scan with { Clean = false } : scan;
    }

    private JsonScanResult Run(RefillingBuffer buffer, CancellationToken cancellation)
    {
        var before = _rejected.Count;
        buffer.Refill();
        var mark = buffer.Span.StartsWith("\uFEFF"u8);
        buffer.Use(mark ? 3 : 0);
        while (!buffer.Span.IsEmpty || !buffer.Ended)
        {
            var used = Next(buffer.Span, buffer.Ended);
            if (used == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                buffer.Refill();
            }

            buffer.Use(used);
        }

        _hold = buffer.Broken ? "its gzip data breaks off" : _array && !_arrayEnded ? "its array is not closed: it may be cut short" : _hold;
        return new JsonScanResult(
            _array ? JsonForm.Array : _oneALine ? JsonForm.NewlineDelimited : JsonForm.Unstructured,
            _rejected.Count == before && !_changed && !mark && !buffer.Broken && (!_array || _arrayEnded),
            buffer.Last == (byte)'\n',
            _hold);
    }

    /// <summary>Skips white space, a comma, a bracket or a value; returns the bytes used, 0 when more are needed.</summary>
    private int Next(ReadOnlySpan<byte> bytes, bool last)
    {
        if (bytes.IsEmpty)
        {
            return 0;
        }

        switch (bytes[0])
        {
            case (byte)'\n':
                _line++;
                _lineTaken = false;
                return 1;
            case (byte)' ' or (byte)'\t' or (byte)'\r':
                return 1;
            case (byte)'[' when !_array && _records == 0 && _rejected.Count == 0:
                _array = true;
                return 1;
            case (byte)',' when _array && !_arrayEnded:
                return 1;
            case (byte)']' when _array && !_arrayEnded:
                _arrayEnded = true;
                return 1;
            default:
                return Value(bytes, last);
        }
    }

    private int Value(ReadOnlySpan<byte> bytes, bool last)
    {
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, new JsonReaderState(Options));
        string? reason;
        try
        {
            reason = _record.Read(ref reader);
        }
        catch (JsonException e) when (e.Message.Contains("maximum configured depth", StringComparison.Ordinal))
        {
            return PassOver(bytes, last);
        }
        catch (JsonException)
        {
            return Reject(bytes, last, "broken JSON");
        }
        catch (InvalidOperationException)
        {
            return WithWholeCharacters(bytes, last);
        }

        if (reason == JsonRecord.Unfinished)
        {
            if (!last && bytes.Length < LongestRecord)
            {
                return 0;
            }

            _hold = last ? "it ends inside a record" : _hold;
            return Reject(bytes, last, last ? "the file ends inside this object" : $"an object longer than {LongestRecord} bytes");
        }

        var used = (int)reader.BytesConsumed;
        var value = bytes[..used];
        reason ??= Utf8.IsValid(value) ? _arrayEnded ? "something behind the end of the array" : null : "bytes that are not UTF-8";
        if (reason is not null)
        {
            _rejected.Add(_path, _line, reason);
        }
        else
        {
            Take(value);
        }

        _line += value.Count((byte)'\n');
        return used;
    }

    /// <summary>Skips a value that is nested too deep, and is valid otherwise; what follows it is read.</summary>
    private int PassOver(ReadOnlySpan<byte> bytes, bool last)
    {
        const string Reason = "an object nested more than 64 deep";
        if (!IsWhole(bytes, last, Deep, Reason, out var used))
        {
            return used;
        }

        _rejected.Add(_path, _line, Reason);
        _line += bytes[..used].Count((byte)'\n');
        return used;
    }

    /// <summary>Reads a value with half characters, as in texts that were cut within an emoji.</summary>
    private int WithWholeCharacters(ReadOnlySpan<byte> bytes, bool last)
    {
        if (!IsWhole(bytes, last, Options, "an escape that is no character", out var used))
        {
            return used;
        }

        var value = bytes[..used].ToArray();
        HalfCharacters.Replace(value);
        _changed = true;
        return Value(value, last: true);
    }

    /// <summary>Whether the value is complete; if not, more bytes are needed, or it was rejected.</summary>
    /// <param name="used">The value's bytes, or those used up.</param>
    private bool IsWhole(ReadOnlySpan<byte> bytes, bool last, JsonReaderOptions options, string reason, out int used)
    {
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, new JsonReaderState(options));
        try
        {
            if (reader.Read() && reader.TrySkip())
            {
                used = (int)reader.BytesConsumed;
                return true;
            }
        }
        catch (JsonException)
        {
            used = Reject(bytes, last, "broken JSON");
            return false;
        }

        used = !last && bytes.Length < LongestRecord ? 0 : Reject(bytes, last, reason);
        return false;
    }

    private void Take(ReadOnlySpan<byte> value)
    {
        _keys.Take();
        _oneALine &= !_lineTaken && !value.Contains((byte)'\n');
        _lineTaken = true;
        _records++;
        if (_records % 100_000 == 0)
        {
            _progress?.Invoke(_records);
        }

        if (_copy is not null)
        {
            // Between tokens a new line is white space, and within strings there is none.
            var oneLine = value.ToArray();
            oneLine.AsSpan().Replace((byte)'\n', (byte)' ');
            oneLine.AsSpan().Replace((byte)'\r', (byte)' ');
            _copy.Write(oneLine);
            _copy.WriteByte((byte)'\n');
        }
    }

    /// <summary>Rejects a value: reading continues at the next line that begins a value, not one nested in this one.</summary>
    private int Reject(ReadOnlySpan<byte> bytes, bool last, string reason)
    {
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0 && !last && bytes.Length < LongestRecord)
        {
            return 0;
        }

        _rejected.Add(_path, _line, reason);
        var used = end < 0 ? bytes.Length : end;
        if (_oneALine && !_array)
        {
            return used;
        }

        // Objects written over several lines begin with a brace less indented than what is in them.
        while (used < bytes.Length && !(bytes[used..].StartsWith("\n{"u8) || bytes[used..].StartsWith("\n  {\""u8) || bytes[used..].StartsWith("\n  {\n"u8)))
        {
            var next = bytes[(used + 1)..].IndexOf((byte)'\n');
            _line++;
            used = next < 0 ? bytes.Length : used + 1 + next;
        }

        return used;
    }
}
