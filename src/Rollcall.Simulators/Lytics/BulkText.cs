using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Rollcall.Simulators.Lytics;

/// <summary>The text of a bulk upload, which may be gzipped, with or without a header that declares it.</summary>
internal static class BulkText
{
    private const int MinMember = 18;

    private static ReadOnlySpan<byte> Magic => [0x1F, 0x8B, 0x08];

    public static string Read(LyticsCall call, int maxBytes)
    {
        var encoding = call.Request.Headers.ContentEncoding.ToString();
        if (encoding.Length > 0 && !string.Equals(encoding, "gzip", StringComparison.OrdinalIgnoreCase))
        {
            throw call.Refuse(415, "the content encoding must be gzip, or none");
        }

        var bytes = encoding.Length > 0 || call.Body.AsSpan().StartsWith(Magic) ? Unzipped(call, maxBytes) : call.Body;
        try
        {
            return new UTF8Encoding(false, true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw call.Refuse(400, "the body is not UTF-8");
        }
    }

    /// <summary>
    /// Whether the length at its end is correct: .NET accepts a missing end. Several members in one body are
    /// accepted unchanged.
    /// </summary>
    private static bool IsWhole(ReadOnlySpan<byte> body, long length) =>
        body.Length >= MinMember
        && (BinaryPrimitives.ReadUInt32LittleEndian(body[^sizeof(uint)..]) == (uint)length || body[Magic.Length..].IndexOf(Magic) >= 0);

    private static byte[] Unzipped(LyticsCall call, int maxBytes)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(call.Body), CompressionMode.Decompress);
            using var plain = new MemoryStream();
            var piece = new byte[64 * 1024];
            int read;
            while ((read = gzip.Read(piece)) > 0)
            {
                if (plain.Length + read > maxBytes)
                {
                    throw call.Refuse(413, $"the request body is larger than {maxBytes} bytes when unzipped");
                }

                plain.Write(piece, 0, read);
            }

            return IsWhole(call.Body, plain.Length) ? plain.ToArray() : throw call.Refuse(400, "the body is gzip that ends too early");
        }
        catch (InvalidDataException)
        {
            throw call.Refuse(400, "the body is not gzip");
        }
    }
}
