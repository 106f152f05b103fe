using System.Net.Sockets;
using System.Text;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

/// <summary>A connection stays open over answers of every kind, as a client that keeps it expects; .NET's own client would hide that it does not.</summary>
public sealed class KeepAliveTests
{
    [Fact]
    public async Task An_answer_without_content_keeps_its_connection_open()
    {
        await using var session = await Start(new SimulatorOptions());
        var id = session.Account.AddContact("ann@example.com", session.Book);
        using var connection = new TcpClient();
        await connection.ConnectAsync(session.Url.Host, session.Url.Port, TestContext.Current.CancellationToken);

        Assert.StartsWith(
            "HTTP/1.1 204", await AskAsync(connection, session, $"DELETE /v2/address-books/{session.Book}/contacts/{id}"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404", await AskAsync(connection, session, $"DELETE /v2/address-books/{session.Book}/contacts/1"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await AskAsync(connection, session, "GET /v2/server-time"), StringComparison.Ordinal);
    }

    private static async Task<string> AskAsync(TcpClient connection, SimulatedSession session, string request)
    {
        var stream = connection.GetStream();
        var head = $"{request} HTTP/1.1\r\nHost: {session.Url.Authority}\r\nAuthorization: {Basic("demo", "demo")}\r\nAccept: application/json\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), TestContext.Current.CancellationToken);
        var answer = new byte[64 * 1024];
        return Encoding.UTF8.GetString(answer, 0, await stream.ReadAsync(answer, TestContext.Current.CancellationToken));
    }
}
