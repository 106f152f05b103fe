using System.Buffers.Binary;
using System.IO.Compression;

namespace Rollcall.Reading.Tables.Files;

/// <summary>
/// The text of a gzipped file. .NET ends a truncated stream as if it were complete; this one throws
/// <see cref="InvalidDataException"/> at its end instead.
/// </summary>
internal sealed class GzipText : ForwardStream
{
    private readonly string _path;
    private readonly FileStream _file;
    private readonly GZipStream _text;
    private long _read;

    public GzipText(string path, FileStream file)
    {
        (_path, _file) = (path, file);
        _text = new GZipStream(file, CompressionMode.Decompress);
    }

    /// <summary>Whether zero bytes follow the last member, known at the end. Other readers treat them as damage.</summary>
    public bool Padded { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        var count = _text.Read(buffer);
        _read += count;
        return count > 0 || buffer.IsEmpty || IsWhole() ? count : throw new InvalidDataException("The gzip data breaks off.");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _text.Dispose();
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool IsWhole()
    {
        if (_file.Length < 18)
        {
            return _file.Length == 0;
        }

        // A member ends with the length of its text. When that is not what was read, the file is truncated or has several members.
        var ends = Ends();
        var end = ends.Where(EndsMember).Concat(ends.Where(LeadsIntoAnotherMember)).FirstOrDefault();
        Padded = end > 0 && end < _file.Length;
        return end > 0;
    }

    /// <summary>Where the last member may end: zero bytes may follow it, as from tapes and disks, and its length may end with zero bytes too.</summary>
    private List<long> Ends()
    {
        using var bytes = File.OpenRead(_path);
        var last = bytes.Length;
        var block = new byte[4096];
        while (last > 0)
        {
            var from = Math.Max(0, last - block.Length);
            bytes.Position = from;
            var read = block.AsSpan(0, (int)(last - from));
            bytes.ReadExactly(read);
            var text = read.LastIndexOfAnyExcept((byte)0);
            last = from + text + 1;
            if (text >= 0)
            {
                break;
            }
        }

        return [.. Enumerable.Range(0, 5).Select(zeros => last + 4 - zeros).Where(end => end <= bytes.Length && end >= 18)];
    }

    private bool EndsMember(long at)
    {
        Span<byte> trailer = stackalloc byte[4];
        using var end = File.OpenRead(_path);
        end.Position = at - 4;
        end.ReadExactly(trailer);
        return BinaryPrimitives.ReadUInt32LittleEndian(trailer) == (uint)_read;
    }

    /// <summary>Reads the file again with a member of ours after it: that one appears only if the file's last member ends there.</summary>
    private bool LeadsIntoAnotherMember(long at)
    {
        var (mark, member) = Mark();
        using var whole = new GZipStream(new Joined(File.OpenRead(_path), at, new MemoryStream(member)), CompressionMode.Decompress);
        var buffer = new byte[1 << 20];
        var kept = 0;
        try
        {
            while (true)
            {
                var count = whole.Read(buffer, kept, buffer.Length - kept);
                if (count == 0)
                {
                    return buffer.AsSpan(0, kept).EndsWith(mark);
                }

                kept += count;
                var tail = Math.Min(kept, mark.Length);
                buffer.AsSpan(kept - tail, tail).CopyTo(buffer);
                kept = tail;
            }
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static (byte[] Mark, byte[] Member) Mark()
    {
        var mark = "\0here the file ended"u8.ToArray();
        using var member = new MemoryStream();
        using (var gzip = new GZipStream(member, CompressionLevel.Optimal))
        {
            gzip.Write(mark);
        }

        return (mark, member.ToArray());
    }

    /// <summary>The beginning of one stream, followed by another.</summary>
    private sealed class Joined(Stream first, long length, Stream second) : ForwardStream
    {
        public override int Read(Span<byte> buffer)
        {
            var read = first.Read(buffer[..(int)Math.Min(buffer.Length, length - first.Position)]);
            return read > 0 ? read : second.Read(buffer);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                first.Dispose();
                second.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
