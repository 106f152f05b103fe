using System.Buffers;

namespace Rollcall.Dotdigital;

/// <summary>Feeds an <see cref="ImportReportParser"/> from a stream through one pooled buffer, which only grows for a longer token.</summary>
internal static class ImportReportReader
{
    private const int BufferBytes = 64 * 1024;

    // No token of a report is longer than a name and a text; more than this is not a report.
    private const int MostBufferBytes = 1024 * 1024;

    public static async ValueTask<ImportReport> ReadAsync(Stream body, Action<ImportedContact>? row, CancellationToken cancellation,
        int bufferBytes = BufferBytes, long mostRows = long.MaxValue)
    {
        var parser = new ImportReportParser(row, mostRows);
        var buffer = ArrayPool<byte>.Shared.Rent(bufferBytes);
        try
        {
            var filled = 0;
            while (true)
            {
                var read = await body.ReadAsync(buffer.AsMemory(filled), cancellation).ConfigureAwait(false);
                filled += read;
                var consumed = parser.Take(buffer.AsSpan(0, filled), last: read == 0);
                if (read == 0)
                {
                    return parser.Report();
                }

                filled -= consumed;
                buffer.AsSpan(consumed, filled).CopyTo(buffer);
                if (filled == buffer.Length)
                {
                    buffer = Grow(buffer, filled);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] buffer, int filled)
    {
        if (buffer.Length >= MostBufferBytes)
        {
            throw new BoundlessAnswerException("a text in it is longer than a megabyte");
        }

        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
