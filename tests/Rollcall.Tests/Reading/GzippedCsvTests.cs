using System.IO.Compression;
using System.Text;
using Xunit;
using static Rollcall.Tests.Reading.ReadingWorkshop;

namespace Rollcall.Tests.Reading;

/// <summary>CSV files that are compressed, whole or cut short.</summary>
public sealed class GzippedCsvTests : IDisposable
{
    private static readonly string[] Email = ["email"];
    private readonly ReadingWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task A_gzipped_file_is_read_and_one_cut_short_gives_its_whole_rows_and_holds_exits()
    {
        var random = new Random(1);
        var whole = Zipped("email,name\n" + string.Concat(Enumerable.Range(0, 5000).Select(i => $"u{i}@x.com,{random.Next()}\n")));
        var path = _workshop.Write("people.csv.gz", whole);
        var (rows, result) = await _workshop.ReadAsync(Files(path), Email);
        Assert.Equal(5000, rows.Count);
        Assert.Null(result.HoldExits);

        _workshop.Write("people.csv.gz", whole[..(whole.Length / 2)]);
        (rows, result) = await _workshop.ReadAsync(Files(path), Email);

        Assert.InRange(rows.Count, 1000, 4000);
        Assert.Equal("u0@x.com", rows[0]);
        Assert.Contains($"{path}: its gzip data breaks off", result.HoldExits, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gzipped_file_of_several_members_is_whole()
    {
        var path = _workshop.Write("people.csv.gz", [.. Zipped("email,name\na@x.com,A\n"), .. Zipped("b@x.com,B\n")]);

        var (rows, result) = await _workshop.ReadAsync(Files(path), Email);

        Assert.Equal(["a@x.com", "b@x.com"], rows);
        Assert.Null(result.HoldExits);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(700)]
    [InlineData(9000)]
    public async Task Zero_bytes_behind_the_end_of_a_gzipped_file_are_not_a_truncation(int zeros)
    {
        byte[] member = [.. Zipped("email,name\na@x.com,A\n")];
        var one = _workshop.Write("one.csv.gz", [.. member, .. new byte[zeros]]);
        var several = _workshop.Write("several.csv.gz", [.. member, .. Zipped("b@x.com,B\n"), .. new byte[zeros]]);
        var many = Zipped("email,name\n" + string.Concat(Enumerable.Range(0, 50_000).Select(i => $"u{i}@x.com,N{i * 7919 % 104_729}\n")));
        var cut = _workshop.Write("cut.csv.gz", [.. many[..(many.Length / 2)], .. new byte[zeros]]);

        var (rows, result) = await _workshop.ReadAsync(Files(one), Email);
        Assert.Equal(["a@x.com"], rows);
        Assert.Null(result.HoldExits);
        (rows, result) = await _workshop.ReadAsync(Files(several), Email);
        Assert.Equal(["a@x.com", "b@x.com"], rows);
        Assert.Null(result.HoldExits);
        (_, result) = await _workshop.ReadAsync(Files(cut), Email);
        Assert.NotNull(result.HoldExits);
    }

    private static byte[] Zipped(string text)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Optimal))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return zipped.ToArray();
    }
}
