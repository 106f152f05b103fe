using System.Net;
using System.Net.Sockets;
using Rollcall.Dotdigital;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

/// <summary>What only real connections show: the client's own handler, against sockets.</summary>
public sealed class ConnectionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_write_on_a_kept_connection_that_hangs_up_after_reading_it_is_sent_once()
    {
        SocketServer server = null!;
        server = new SocketServer(request =>
            request.Contains("account-info", StringComparison.Ordinal) ? server.Account()
            : request.StartsWith("GET", StringComparison.Ordinal) ? SocketServer.Ok("""{"id":"warm","status":"Started"}""")
            : null);
        await using var _ = server;
        using var client = await ConnectAsync(server.Endpoint, Connected.NewClock());
        Func<Task>[] writes =
        [
            () => client.Imports.StartAsync("{}"u8.ToArray(), Cancellation),
            () => client.Imports.StartAsync(new byte[300_000], Cancellation),
            () => client.Contacts.RemoveFromBookAsync(42, new long[] { 1 }, Cancellation),
            () => client.Contacts.UnsubscribeAsync(42, "a@x.io", Cancellation),
            () => client.Contacts.RemoveOneAsync(42, 7, Cancellation),
        ];
        foreach (var write in writes)
        {
            // Leaves a connection in the pool that has already carried an answer.
            await client.Contacts.DeletionAsync(new DeletionId("warm"), Cancellation);
            var before = server.Requests.Count;
            var failure = await Assert.ThrowsAsync<DotdigitalException>(write);
            Assert.Equal(FailureKind.Ambiguous, failure.Kind);
            Assert.Equal(before + 1, server.Requests.Count);
        }
    }

    [Fact]
    public async Task A_port_nobody_listens_on_is_unreachable_and_nothing_was_sent()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)closed.LocalEndpoint).Port}");
        closed.Stop();
        var clock = Connected.NewClock();
        var connecting = ConnectAsync(endpoint, clock);
        await clock.PassAsync(1);
        await clock.PassAsync(2);
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => connecting);
        Assert.Equal((FailureKind.Transient, FailureCause.NotSent), (failure.Kind, failure.Cause));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        var elsewhere = new SocketServer(_ => SocketServer.Ok("{}"));
        await using var a = elsewhere;
        var server = new SocketServer(_ => SocketServer.Raw("302 Found", "", $"Location: {elsewhere.Endpoint}\r\n"));
        await using var b = server;
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => ConnectAsync(server.Endpoint, Connected.NewClock()));
        Assert.Equal(FailureKind.Configuration, failure.Kind);
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task An_odd_address_arrives_in_the_request_line_as_it_was_encoded()
    {
        SocketServer server = null!;
        server = new SocketServer(request => request.Contains("account-info", StringComparison.Ordinal)
            ? server.Account()
            : SocketServer.Raw("404 Not Found", """{"errorCode":"contacts:contactNotFound","description":"x"}"""));
        await using var _ = server;
        using var client = await ConnectAsync(server.Endpoint, Connected.NewClock());
        Assert.Null(await client.Contacts.FindByEmailAsync("../a+b/c%2F#?&'é\"@x.io", Cancellation));
        Assert.Equal("GET /contacts/v3/email/..%2Fa%2Bb%2Fc%252F%23%3F%26%27%C3%A9%22%40x.io HTTP/1.1 0", server.Requests[^1]);
    }

    [Fact]
    public async Task A_large_import_arrives_whole()
    {
        SocketServer server = null!;
        server = new SocketServer(
            request =>
                request.StartsWith("GET", StringComparison.Ordinal) ? server.Account() : SocketServer.Raw("202 Accepted", """{"importId":"7"}"""));
        await using var _ = server;
        using var client = await ConnectAsync(server.Endpoint, Connected.NewClock());
        Assert.Equal("7", await client.Imports.StartAsync(new byte[20_000_001], Cancellation));
        Assert.Equal("PUT /contacts/v3/import HTTP/1.1 20000001", server.Requests[^1]);
    }

    [Fact]
    public async Task An_answer_cut_short_is_read_again()
    {
        SocketServer server = null!;
        var cut = true;
        server = new SocketServer(request =>
        {
            if (request.Contains("account-info", StringComparison.Ordinal))
            {
                return server.Account();
            }

            if (!cut)
            {
                return SocketServer.Ok("[]");
            }

            cut = false;
            return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n" + SocketServer.HangUp;
        });
        await using var _ = server;
        var clock = Connected.NewClock();
        using var client = await ConnectAsync(server.Endpoint, clock);
        var reading = client.DataFields.ListAsync(Cancellation);
        await clock.PassAsync(1);
        Assert.Empty(await reading);
    }

    private static Task<DotdigitalClient> ConnectAsync(Uri endpoint, TimeProvider clock) =>
        DotdigitalClient.ConnectAsync(new DotdigitalOptions { Username = "u", Password = "p", Endpoint = endpoint, Clock = clock }, Cancellation);
}
