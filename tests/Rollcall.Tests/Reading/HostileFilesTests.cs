using System.Diagnostics;
using System.Net.Sockets;
using Rollcall.Jobs;
using Rollcall.Model;
using Xunit;
using static Rollcall.Tests.Reading.ReadingWorkshop;

namespace Rollcall.Tests.Reading;

/// <summary>Sources and job files that wait for ever, never end, or are wider and deeper than any.</summary>
public sealed class HostileFilesTests : IDisposable
{
    private static readonly string[] Email = ["email"];
    private readonly ReadingWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    /// <summary>What is in place of a file, and its name in messages.</summary>
    public static TheoryData<string, bool> Others => new()
    {
        { "a named pipe", false },
        { "a named pipe", true },
        { "a socket", false },
        { "a device", true },
        { "a folder", false },
        { "a folder", true },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public async Task What_is_not_a_regular_file_is_not_a_source(string kind, bool link)
    {
        foreach (var name in new[] { "people.csv", "people.jsonl", "people.parquet", "people.csv.gz" })
        {
            using var made = Make(kind, link, name);
            var stop = await Assert.ThrowsAsync<RollcallException>(
                () => _workshop.ReadAsync(Files(_workshop.At(name)), Email).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
            Assert.Equal(ExitCode.Source, stop.ExitCode);
            Assert.Contains(kind, stop.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Others))]
    public async Task What_is_not_a_regular_file_is_not_a_database(string kind, bool link)
    {
        using var made = Make(kind, link, "people.sqlite");
        var source = new TablesSourceOptions
        {
            Database = _workshop.At("people.sqlite"),
            Audiences = new Dictionary<string, AudienceQuery> { ["all"] = new("SELECT 1 AS email", null, null) },
        };
        var stop = await Assert.ThrowsAsync<RollcallException>(() => _workshop.ReadAsync(source, Email));
        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.Contains(kind, stop.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void What_is_not_a_regular_file_is_not_a_job_file(string kind, bool link)
    {
        using var made = Make(kind, link, "job.yaml");
        var stop = Assert.Throws<RollcallException>(() => JobFile.Read(_workshop.At("job.yaml"), _ => null));
        Assert.Equal(ExitCode.BadJob, stop.ExitCode);
        Assert.Contains(kind, stop.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_to_a_regular_file_is_a_source()
    {
        var path = _workshop.Write("real.csv", "email\na@x.com\n");
        File.CreateSymbolicLink(_workshop.At("people.csv"), path);
        Assert.Equal(["a@x.com"], (await _workshop.ReadAsync(Files(_workshop.At("people.csv")), Email)).Rows);
    }

    [Theory]
    [InlineData("people.csv")]
    [InlineData("people.json")]
    [InlineData("people.jsonl")]
    [InlineData("many.jsonl")]
    public async Task More_columns_than_any_table_has_are_refused_at_once(string name)
    {
        var columns = Enumerable.Range(0, 100_000).Select(i => $"c{i}").ToList();
        var path = _workshop.Write(name, name switch
        {
            "people.csv" => $"email,{string.Join(',', columns)}\na@x.com{new string(',', columns.Count)}\n",
            "many.jsonl" => string.Concat(columns.Select(c => $"{{\"email\":\"a@x.com\",\"{c}\":1}}\n")),
            _ => $"{{\"email\":\"a@x.com\",{string.Join(',', columns.Select(c => $"\"{c}\":1"))}}}\n",
        });
        var clock = Stopwatch.StartNew();
        var stop = await Assert.ThrowsAsync<RollcallException>(() => _workshop.ReadAsync(Files(path), Email));
        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.Contains("10,000", stop.Message, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task As_many_columns_as_a_table_may_have_are_read()
    {
        var columns = string.Join(',', Enumerable.Range(1, 9_999).Select(i => $"c{i}"));
        var path = _workshop.Write("people.csv", $"email,{columns}\na@x.com{new string(',', 9_999)}\n");
        Assert.Equal(["a@x.com"], (await _workshop.ReadAsync(Files(path), Email)).Rows);
    }

    [Theory]
    [InlineData("people.jsonl", 1_000)]
    [InlineData("people.jsonl", 200_000)]
    [InlineData("people.json", 1_000)]
    [InlineData("people.json", 100)]
    [InlineData("one-line.json", 1_000)]
    [InlineData("people.jsonl", 250)]
    public async Task An_object_a_thousand_deep_is_one_rejected_row(string name, int depth)
    {
        var deep = $"{{\"email\":\"deep@x.com\",\"n\":{new string('[', depth)}{new string(']', depth)}}}";
        string[] objects = ["{\"email\":\"a@x.com\"}", deep, "{\"email\":\"b@x.com\"}"];
        var path = _workshop.Write(name, name switch
        {
            "one-line.json" => $"[{string.Join(',', objects)}]",
            "people.json" => $"[\n{string.Join(",\n", objects)}\n]\n",
            _ => string.Join('\n', objects) + "\n",
        });
        var (rows, result) = await _workshop.ReadAsync(Files(path), Email);
        Assert.Equal(["a@x.com", "b@x.com"], rows);
        Assert.Equal(1, result.RejectedCount);
        Assert.Contains("deep", result.Rejected[0].Reason, StringComparison.Ordinal);
    }

    private Made Make(string kind, bool link, string name)
    {
        var made = new Made();
        var target = link ? _workshop.At("target-" + name) : _workshop.At(name);
        switch (kind)
        {
            case "a named pipe":
                using (var mkfifo = Process.Start("mkfifo", [target]))
                {
                    mkfifo.WaitForExit();
                    Assert.Equal(0, mkfifo.ExitCode);
                }

                break;
            case "a socket":
                // Its name has little room.
                var near = Path.Combine(Path.GetTempPath(), $"rc-{Guid.NewGuid():N}"[..12]);
                made.Socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                made.Socket.Bind(new UnixDomainSocketEndPoint(near));
                File.Move(near, target);
                break;
            case "a device":
                target = "/dev/zero";
                break;
            default:
                Directory.CreateDirectory(target);
                break;
        }

        if (link)
        {
            File.CreateSymbolicLink(_workshop.At(name), target);
        }

        return made;
    }

    private sealed class Made : IDisposable
    {
        public Socket? Socket { get; set; }

        public void Dispose() => Socket?.Dispose();
    }
}
