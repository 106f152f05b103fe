using System.Text;
using Rollcall.Running;
using Xunit;
using static Rollcall.Tests.Reading.ReadingWorkshop;

namespace Rollcall.Tests.Reading;

public sealed class JsonFilesTests : IDisposable
{
    private static readonly string[] Email = ["email"];
    private readonly ReadingWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task A_broken_line_never_takes_the_file_down()
    {
        var path = _workshop.Write(
            "people.jsonl",
            "{\"email\": \"a@x.com\"}\n{\"email\": \"b@x.com\"\n\n[1]\n{\"email\": \"c@x.com\", \"n\": 1}\n\"text\"\n{\"email\": \"\\ud8\"}\n"
            + "{\"email\": \"d@x.com\"} \n{\"n\": 1e999}\n{\"email\": \"e@x.com\"");

        var (rows, result) = await _workshop.ReadAsync(Files(path), Email);

        Assert.Equal(["a@x.com", "c@x.com", "d@x.com"], rows);
        Assert.Equal([2L, 4L, 6L, 7L, 9L, 10L], result.Rejected.Select(row => row.Line!.Value));
        Assert.Contains($"{path}: it ends inside a record", result.HoldExits, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"email\": \"x@x.com\", \"a\": \"one\", \"a\": \"two\"}", "a key that stands in it twice")]
    [InlineData("{\"email\": \"x@x.com\", \"a\": \"one\", \"A\": \"two\"}", "a key that stands in it twice")]
    [InlineData("{\"Email\": \"x@x.com\", \"a\": \"one\"}", "the key \"Email\", which other objects write \"email\"")]
    [InlineData("{\"email\": \"x@x.com\", \"a\": {\"b\": [{\"c\": 1, \"C\": 2}]}}", "a key that stands twice in a nested object")]
    [InlineData("{\"email\": \"x@x.com\", \"a\": \"nul\\u0000byte\"}", "a zero byte")]
    public async Task An_object_with_a_key_twice_or_a_zero_byte_is_one_rejected_row(string wrong, string reason)
    {
        var path = _workshop.Write("people.jsonl", $"{{\"email\": \"a@x.com\", \"a\": \"x\"}}\n{wrong}\n{{\"email\": \"b@x.com\", \"a\": \"y\"}}\n");

        var (rows, result) = await _workshop.ReadAsync(Files(path), Email);

        Assert.Equal(["a@x.com", "b@x.com"], rows);
        Assert.Equal(new RejectedRow(path, 2, reason), Assert.Single(result.Rejected));
    }

    [Fact]
    public async Task A_broken_first_object_decides_no_spelling()
    {
        var path = _workshop.Write("people.jsonl", "{\"EMAIL\": \"x@x.com\", \"EMAIL\": \"y@x.com\"}\n{\"email\": \"a@x.com\"}\n");

        var (rows, result) = await _workshop.ReadAsync(Files(path), Email);

        Assert.Equal(["a@x.com"], rows);
        Assert.Equal(1, result.RejectedCount);
    }

    [Theory]
    [InlineData(@"cut \ud83d", "cut \uFFFD")]
    [InlineData(@"\ude00\ud83d\ude00\ud83d", "\uFFFD\U0001F600\uFFFD")]
    [InlineData(@"\\ud83d and \u00e9", @"\ud83d and é")]
    public async Task A_text_cut_within_a_character_keeps_the_rest(string written, string read)
    {
        var path = _workshop.Write("people.jsonl", $$"""{"email": "a@x.com", "name": "{{written}}"}{{"\n"}}{"email": "b@x.com", "name": "b"}{{"\n"}}""");

        var (rows, result) = await _workshop.ReadAsync(Files(path), ["email", "name"]);

        Assert.Equal([$"a@x.com|{read}", "b@x.com|b"], rows);
        Assert.Equal(0, result.RejectedCount);
        Assert.Null(result.HoldExits);
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF8_reject_their_object()
    {
        var path = _workshop.Write("people.jsonl", [.. "{\"email\": \"a@x.com\", \"name\": \""u8, 0xF6, .. "\"}\n{\"email\": \"b@x.com\"}\n"u8]);

        var (rows, result) = await _workshop.ReadAsync(Files(path), Email);

        Assert.Equal(["b@x.com"], rows);
        Assert.Equal("bytes that are not UTF-8", Assert.Single(result.Rejected).Reason);
    }

    [Fact]
    public async Task An_array_that_is_cut_short_gives_its_whole_objects_and_holds_exits()
    {
        var path = _workshop.Write("people.json", "[\n  {\n    \"email\": \"a@x.com\"\n  },\n  {\n    \"email\": \"b@");

        var (rows, result) = await _workshop.ReadAsync(Files(path), Email);

        Assert.Equal(["a@x.com"], rows);
        Assert.Contains("its array is not closed", result.HoldExits, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reading_continues_after_a_broken_object_of_an_array()
    {
        var path = _workshop.Write(
            "people.json",
            "[\n  {\n    \"email\": \"a@x.com\", \"tags\": [\n      {\"x\": 1}\n    ],,\n  },\n  {\n    \"email\": \"b@x.com\"\n  }\n]\n");

        var (rows, result) = await _workshop.ReadAsync(Files(path), Email);

        Assert.Equal(["b@x.com"], rows);
        Assert.Equal(2, Assert.Single(result.Rejected).Line);
    }

    [Theory]
    [InlineData("{\"email\": \"a@x.com\"} {\"email\": \"b@x.com\"}")]
    [InlineData("\uFEFF{\"email\": \"a@x.com\"}\r\n{\"email\": \"b@x.com\"}\r\n")]
    [InlineData("{\n  \"email\": \"a@x.com\"\n}\n{\n  \"email\": \"b@x.com\"\n}\n")]
    [InlineData("[{\"email\": \"a@x.com\"}, {\"email\": \"b@x.com\"}]")]
    public async Task Objects_may_stand_in_any_form(string text)
    {
        var (rows, result) = await _workshop.ReadAsync(Files(_workshop.Write("people.json", text)), Email);

        Assert.Equal(["a@x.com", "b@x.com"], rows);
        Assert.Null(result.HoldExits);
    }

    [Fact]
    public async Task A_key_takes_the_type_that_all_its_values_share_and_texts_stay_text()
    {
        var path = _workshop.Write(
            "people.jsonl",
            "{\"email\": \"a@x.com\", \"n\": 1, \"f\": 1, \"day\": \"2024-01-01\", \"mixed\": 1}\n"
            + "{\"email\": \"b@x.com\", \"n\": null, \"f\": 2.5, \"day\": \"2024-01-02\", \"mixed\": \"x\", \"late\": true}\n");

        var (rows, _) = await _workshop.ReadAsync(
            Files(
                path,
                "SELECT typeof(n) AS n, typeof(f) AS f, typeof(day) AS day, typeof(mixed) AS mixed, typeof(late) AS late, mixed || '!' AS email"
                + " FROM people"),
            ["n", "f", "day", "mixed", "late", "email"]);

        Assert.Equal(["BIGINT|DOUBLE|VARCHAR|VARCHAR|BOOLEAN|1!", "BIGINT|DOUBLE|VARCHAR|VARCHAR|BOOLEAN|x!"], rows);
    }

    [Fact]
    public async Task Nested_values_are_for_SQL_to_reach_into_and_no_fields()
    {
        var path = _workshop.Write(
            "people.jsonl",
            "{\"email\": \"a@x.com\", \"address\": {\"city\": \"Rome\"}, \"tags\": [\"x\", \"y\"]}\n{\"email\": \"b@x.com\"}\n");
        var (rows, _) = await _workshop.ReadAsync(Files(path, "SELECT email, address.city AS city, len(tags) AS tags FROM people"), ["email", "city", "tags"]);
        Assert.Equal(["a@x.com|Rome|2", "b@x.com|∅|∅"], rows);

        await using var source = _workshop.Open(Job(Files(path)));
        var problems = await source.CheckAsync(["all"], ["email", "address", "tags"], TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                "The field \"address\" is a struct (STRUCT(city VARCHAR)); a data field takes one value.",
                "The field \"tags\" is an array (VARCHAR[]); a data field takes one value.",
            ],
            problems.Select(problem => problem.Message));
    }

    [Fact]
    public async Task Objects_far_longer_than_a_buffer_are_read_whole()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 40; i++)
        {
            text.Append("{\"email\": \"u").Append(i).Append("@x.com\", \"x\": \"").Append('x', 600_000).Append("\"}\n");
        }

        var (rows, result) = await _workshop.ReadAsync(Files(_workshop.Write("people.ndjson", text.ToString())), Email);

        Assert.Equal(40, rows.Count);
        Assert.Equal(0, result.RejectedCount);
    }
}
