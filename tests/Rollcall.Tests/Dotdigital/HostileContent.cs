using System.Net;
using System.Text;

namespace Rollcall.Tests.Dotdigital;

/// <summary>A body that begins as given and then repeats something for ever; counts what was read of it.</summary>
internal sealed class HostileContent(string beginning, string forever, Action? beforeEach = null, int piece = int.MaxValue) : HttpContent
{
    public long Read { get; private set; }

    public static HttpResponseMessage Reply(HostileContent content, int status = 200) => new((HttpStatusCode)status) { Content = content };

    protected override Task<Stream> CreateContentReadStreamAsync() =>
        Task.FromResult<Stream>(new Endless(this, Encoding.UTF8.GetBytes(beginning), Encoding.UTF8.GetBytes(forever), beforeEach, piece));

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new NotSupportedException();

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private sealed class Endless(HostileContent content, byte[] beginning, byte[] forever, Action? beforeEach, int piece) : Stream
    {
        private long _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            beforeEach?.Invoke();
            cancellationToken.ThrowIfCancellationRequested();
            var wanted = Math.Min(buffer.Length, piece);
            var span = buffer.Span;
            for (var i = 0; i < wanted; i++, _at++)
            {
                span[i] = _at < beginning.Length ? beginning[_at] : forever[(_at - beginning.Length) % forever.Length];
            }

            content.Read += wanted;
            return ValueTask.FromResult(wanted);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
