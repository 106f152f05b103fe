using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rollcall.Tests.Dotdigital;

/// <summary>A server on a free port of this machine that answers raw bytes, or hangs up: for what only a real connection shows.</summary>
internal sealed class SocketServer : IAsyncDisposable
{
    public const string HangUp = "\0";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private readonly List<string> _requests = [];
    private readonly Func<string, string?> _answer;
    private readonly Task _accepting;

    /// <param name="answer">Gives the answer to a request, by its first line; null hangs up after the request was read whole, and so does
    /// <see cref="HangUp"/> at its end.</param>
    public SocketServer(Func<string, string?> answer)
    {
        _answer = answer;
        _listener.Start();
        Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _accepting = AcceptAsync();
    }

    public Uri Endpoint { get; }

    /// <summary>First line and body's length of every request read whole.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_lock)
            {
                return [.. _requests];
            }
        }
    }

    public static string Ok(string json, string headers = "") => Raw("200 OK", json, headers);

    public static string Raw(string status, string body, string headers = "") =>
        $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}";

    public string Account() => Ok($$"""{"id":1,"properties":[{"name":"ApiEndpoint","type":"String","value":"{{Endpoint}}"}]}""");

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (Exception e) when (_end.IsCancellationRequested && e is OperationCanceledException or SocketException or ObjectDisposedException
            or InvalidOperationException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        using var _ = connection;
        var stream = connection.GetStream();
        try
        {
            while (await ReadRequestAsync(stream) is { } request)
            {
                lock (_lock)
                {
                    _requests.Add(request);
                }

                if (_answer(request) is not { } answer)
                {
                    return;
                }

                await stream.WriteAsync(Encoding.UTF8.GetBytes(answer.Replace(HangUp, "", StringComparison.Ordinal)), _end.Token);
                if (answer.EndsWith(HangUp, StringComparison.Ordinal))
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client went away, or the test is over.
        }
    }

    private async Task<string?> ReadRequestAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _end.Token) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n");
        var length = lines.Where(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Select(l => int.Parse(l.Split(':')[1], null))
            .FirstOrDefault();
        await stream.ReadExactlyAsync(new byte[length], _end.Token);
        return $"{lines[0]} {length}";
    }
}
