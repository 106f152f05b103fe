namespace Rollcall.Reading.Tables.Files;

/// <summary>A window over a stream that is refilled as its front is used up. A gzip stream that breaks off counts as ended, and it is remembered.</summary>
internal sealed class RefillingBuffer(Stream stream, int size)
{
    private readonly byte[] bytes = new byte[size];
    private int start;
    private int end;

    /// <summary>The bytes not used yet.</summary>
    public ReadOnlySpan<byte> Span => bytes.AsSpan(start, end - start);

    /// <summary>Whether the stream ends after <see cref="Span"/>.</summary>
    public bool Ended { get; private set; }

    /// <summary>Whether the compressed data broke off or is damaged.</summary>
    public bool Broken { get; private set; }

    /// <summary>The last byte read so far; null before the first.</summary>
    public byte? Last { get; private set; }

    /// <summary>Whether no more fits.</summary>
    public bool Full => end - start == bytes.Length;

    public void Use(int count) => start += count;

    public void Refill()
    {
        bytes.AsSpan(start, end - start).CopyTo(bytes);
        (start, end) = (0, end - start);
        while (!Ended && end < bytes.Length)
        {
            var read = Read();
            if (read == 0)
            {
                Ended = true;
            }
            else
            {
                end += read;
                Last = bytes[end - 1];
            }
        }
    }

    private int Read()
    {
        try
        {
            return stream.Read(bytes, end, bytes.Length - end);
        }
        catch (InvalidDataException)
        {
            Broken = true;
            return 0;
        }
    }
}
