namespace Rollcall.Reading.Tables.Files;

/// <summary>A window over a stream that is refilled as its front is used up. A truncated gzip stream counts as ended, and is noted.</summary>
internal sealed class RefillingBuffer(Stream stream, int size)
{
    private readonly byte[] _bytes = new byte[size];
    private int _start;
    private int _end;

    /// <summary>The bytes not used yet.</summary>
    public ReadOnlySpan<byte> Span => _bytes.AsSpan(_start, _end - _start);

    /// <summary>Whether the stream ends after <see cref="Span"/>.</summary>
    public bool Ended { get; private set; }

    /// <summary>Whether the compressed data is truncated or damaged.</summary>
    public bool Broken { get; private set; }

    /// <summary>The last byte read so far; null before the first.</summary>
    public byte? Last { get; private set; }

    /// <summary>Whether no more fits.</summary>
    public bool Full => _end - _start == _bytes.Length;

    public void Use(int count) => _start += count;

    public void Refill()
    {
        _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
        (_start, _end) = (0, _end - _start);
        while (!Ended && _end < _bytes.Length)
        {
            var read = Read();
            if (read == 0)
            {
                Ended = true;
            }
            else
            {
                _end += read;
                Last = _bytes[_end - 1];
            }
        }
    }

    private int Read()
    {
        try
        {
            return stream.Read(_bytes, _end, _bytes.Length - _end);
        }
        catch (InvalidDataException)
        {
            Broken = true;
            return 0;
        }
    }
}
