using System.Net;
using System.Net.Sockets;
using System.Text;
using Rollcall.Model;
using Rollcall.TestKit;
using Rollcall.TestKit.Processes;
using Xunit;

namespace Rollcall.EndToEnd.Tests.CommandLine;

/// <summary>Secrets that the process must not show, and what it leaves on the disk for other users.</summary>
public sealed class SecrecyTests
{
    private const string Password = "s3cret/w\"rd-of-the-account";

    [Theory]
    [InlineData("run", "job.yaml", "--yes")]
    [InlineData("run", "job.yaml", "--yes", "--json")]
    [InlineData("check", "job.yaml")]
    [InlineData("auth", "add", "s3cret/w\"rd-of-the-account", "--username", "user")]
    [InlineData("auth", "add", "prod", "--username", "user", "s3cret/w\"rd-of-the-account")]
    [InlineData("run", "job.yaml", "--password=s3cret/w\"rd-of-the-account")]
    public async Task A_password_is_shown_nowhere_though_the_server_or_the_user_repeats_it(params string[] arguments)
    {
        using var folder = new TempFolder();
        using var server = new Echo();
        folder.Write("people.csv", "email,name\nann@example.com,Ann\n");
        folder.Write("job.yaml", $$"""
            tag: secret
            authorization: {username: user, password: "${DOTDIGITAL_PASSWORD}", endpoint: "{{server.Url}}"}
            source:
              tables:
                files: {people: people.csv}
                audiences: {everyone: {from: people} }
            config:
              segment_ids: [everyone]
              seg_mappings: [{everyone: "1001"}]
              mappings: [{name: FIRSTNAME}]
              email_field: email
            """);

        var result = await RollcallProcess.RunAsync(
            folder.Path, arguments, new Dictionary<string, string> { ["DOTDIGITAL_PASSWORD"] = Password, ["ROLLCALL_DEBUG"] = "1" }, input: Password);

        Assert.NotEqual(0, result.ExitCode);
        var written = Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith(".yaml", StringComparison.Ordinal))
            .Select(File.ReadAllText);
        foreach (var text in written.Append(result.Output).Append(result.Errors))
        {
            foreach (var form in Forms())
            {
                Assert.DoesNotContain(form, text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Files_that_hold_people_are_their_owners_alone()
    {
        await using var shop = await SmallShop.StartAsync(3);
        shop.JobText += "status_sink: {file: status/status.jsonl}\n";
        shop.JobText = shop.JobText.Replace("  exit_action: remove", "  exit_action: remove\n  sync_status: true", StringComparison.Ordinal);
        await shop.RunAsync();
        (await shop.RollcallAsync("failures", "small", "--csv", "failures.csv")).Expect(ExitCode.Done);

        var made = Directory.EnumerateFileSystemEntries(shop.Folder[".rollcall"], "*", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(shop.Folder["status"])).Append(shop.Folder["failures.csv"]).ToList();
        Assert.True(made.Count > 5);
        foreach (var path in made)
        {
            var open = File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Assert.True(open == UnixFileMode.None, $"{path}: {File.GetUnixFileMode(path)}");
        }
    }

    private static IEnumerable<string> Forms() =>
        [Password, Convert.ToBase64String(Encoding.UTF8.GetBytes($"user:{Password}")), Uri.EscapeDataString(Password),
            System.Text.Json.JsonSerializer.Serialize(Password)[1..^1]];

    /// <summary>A server that refuses everything, and repeats the request in its answer.</summary>
    private sealed class Echo : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly Task _serving;

        public Echo()
        {
            using (var probe = new TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
            }

            _listener.Prefixes.Add(Url + "/");
            _listener.Start();
            _serving = ServeAsync();
        }

        public string Url { get; }

        public void Dispose()
        {
            _listener.Close();
            _serving.ContinueWith(_ => { }, TaskScheduler.Default).Wait();
        }

        private async Task ServeAsync()
        {
            while (_listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                var said = $"The password {Password} of {context.Request.Headers["Authorization"]} is wrong.";
                var body = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { message = said, errorCode = Password, description = said });
                context.Response.StatusCode = 401;
                context.Response.ContentType = "application/json";
                await context.Response.OutputStream.WriteAsync(body);
                context.Response.Close();
            }
        }
    }
}
