using System.Net;
using System.Net.Sockets;
using System.Text;
using Rollcall.Jobs;
using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Reading;

/// <summary>Servers at a database's address that are not databases: exit 3, with a clear message.</summary>
public sealed class HostileDatabaseTests : IDisposable
{
    private static readonly byte[] Welcome = [.. "R"u8, 0, 0, 0, 8, 0, 0, 0, 0, .. "K"u8, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1, .. "Z"u8, 0, 0, 0, 5, .. "I"u8];

    private readonly ReadingWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    /// <summary>The scheme, and the answer to a connection.</summary>
    public static TheoryData<string, string> Nonsense
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (scheme, answers) in new[]
            {
                ("postgres", new[]
                {
                    "hangs up", "garbage", "two gigabytes", "negative length", "web page",
                    "welcome, then garbage", "welcome, then two gigabytes", "welcome, then hangs up",
                }),
                ("mysql", new[] { "hangs up", "garbage", "two gigabytes", "web page" }),
            })
            {
                foreach (var answer in answers)
                {
                    data.Add(scheme, answer);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task A_server_that_is_not_a_database_is_named_with_exit_3(string scheme, string answer)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var serving = ServeAsync(server, Bytes(scheme, answer), TestContext.Current.CancellationToken);
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        var options = scheme == "postgres" ? "?sslmode=disable&connect_timeout=5" : "?ssl-mode=none&connect_timeout=5";
        var source = new TablesSourceOptions
        {
            Database = $"{scheme}://someone:secretword@127.0.0.1:{port}/people{options}",
            DatabaseName = $"{scheme}://127.0.0.1/people",
            Audiences = new Dictionary<string, AudienceQuery> { ["all"] = new("SELECT 'a' AS email", null, null) },
        };

        var stop = await Assert.ThrowsAsync<RollcallException>(() => _workshop.ReadAsync(source, ["email"]));

        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.DoesNotContain("secretword", stop.Message, StringComparison.Ordinal);
        server.Stop();
        await serving;
    }

    private static byte[] Bytes(string scheme, string answer)
    {
        var garbage = new byte[4096];
        new Random(7).NextBytes(garbage);
        byte[] huge = scheme == "postgres" ? [.. "E"u8, 0x7F, 0xFF, 0xFF, 0xFF, .. garbage] : [0xFF, 0xFF, 0xFF, 0, .. garbage];
        return answer switch
        {
            "hangs up" => [],
            "garbage" => garbage,
            "two gigabytes" => huge,
            "negative length" => [.. "R"u8, 0xFF, 0xFF, 0xFF, 0xFE, .. garbage],
            "web page" => Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
            "welcome, then garbage" => [.. Welcome, .. garbage],
            "welcome, then two gigabytes" => [.. Welcome, .. huge],
            _ => Welcome,
        };
    }

    private static async Task ServeAsync(TcpListener server, byte[] answer, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                using var connection = await server.AcceptTcpClientAsync(cancellation);
                var stream = connection.GetStream();
                await stream.WriteAsync(answer, cancellation);

                // Closing the connection with unread data would discard the answer.
                connection.Client.Shutdown(SocketShutdown.Send);
                var heard = new byte[4096];
                while (await stream.ReadAsync(heard, cancellation) > 0)
                {
                }
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }
}
