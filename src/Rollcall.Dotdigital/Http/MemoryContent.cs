using System.Net;
using System.Net.Http.Headers;

namespace Rollcall.Dotdigital;

/// <summary>A complete JSON body, sent in chunks without a copy and with its length.</summary>
internal sealed class MemoryContent : HttpContent
{
    private const int Piece = 64 * 1024;

    private readonly ReadOnlyMemory<byte> _body;
    private readonly Patience _patience;

    public MemoryContent(ReadOnlyMemory<byte> body, Patience patience)
    {
        _body = body;
        _patience = patience;
        if (!body.IsEmpty)
        {
            Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        for (var sent = 0; sent < _body.Length; sent += Piece)
        {
            await stream.WriteAsync(_body.Slice(sent, Math.Min(Piece, _body.Length - sent)), cancellationToken).ConfigureAwait(false);
            _patience.Renew();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}
