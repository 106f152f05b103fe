using System.Text.Json.Nodes;
using Rollcall.Jobs;
using Xunit;
using static Rollcall.Tests.Lytics.Importing.LyticsJobs;

namespace Rollcall.Tests.Lytics.Importing;

/// <summary>The books and data fields that an imported job is mapped to.</summary>
public class ImportedMappingTests
{
    [Fact]
    public void A_pair_that_would_not_pass_stays_as_a_remark()
    {
        var (jobFile, notes) = Import(With("mappings", JsonNode.Parse("""
            [{"a":"GOOD"},{"b":"has space"},{"c":"a_name_of_more_than_twenty_signs"},{"d":"email"},{"e":"good"},{"f":""},{"g":["X"]},7]
            """)));

        Assert.Equal([new FieldMapping("a", "GOOD")], Read(jobFile).Config.Mappings);
        Assert.Equal(7, notes.Count(note => note.Where == "config.mappings"));
        Assert.All(
            (string[])["has space", "a_name_of_more_than_twenty_signs", "{\"e\": \"good\"}", "[\"X\"]", "#mappings: 7"],
            left => Assert.Contains(left, jobFile, StringComparison.Ordinal));
    }

    [Fact]
    public void Books_are_ids_as_text_or_number_and_anything_else_counts_as_a_name()
    {
        var (jobFile, notes) = Import(Least(job =>
        {
            job["config"]!["segment_ids"] = new JsonArray("a", "b", "c", "d", "a");
            job["config"]!["seg_mappings"] = JsonNode.Parse("""[{"a":"1","b":2},{"c":"Big: spenders"},{"a":"1"},{"x":"3"},{"d":null}]""");
        }));

        Assert.Contains("- a: \"1\"\n    - b: \"2\"\n    - c:\n        name: \"Big: spenders\"\n", jobFile, StringComparison.Ordinal);
        Assert.Contains("{\"x\": \"3\"}", jobFile, StringComparison.Ordinal);
        Assert.Contains(notes, note => note.Message.Contains("\"d\" is not mapped to an address book", StringComparison.Ordinal));
        Assert.Contains(notes, note => note is { Where: "config.segment_ids" } && note.Message.Contains("twice", StringComparison.Ordinal));
    }

    [Fact]
    public void Changes_of_fields_that_are_not_mapped_are_left_out()
    {
        var (jobFile, notes) = Import(Least(job =>
        {
            job["config"]!["mappings"] = new JsonArray(new JsonObject { ["a"] = "A" });
            job["config"]!["field_changes"] = new JsonArray("a", "b");
        }));

        Assert.Equal(["a"], Read(jobFile).Config.FieldChanges);
        Assert.Contains(notes, note => note.Where == "config.field_changes" && note.Message.Contains("\"b\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("42", "42")]
    [InlineData("42.0", "\"42\"")]
    [InlineData("\" 42 \"", "\"42\"")]
    public void A_pair_that_is_there_as_text_and_as_a_number_is_written_once(string first, string second)
    {
        var (jobFile, notes) = Import(With("seg_mappings", JsonNode.Parse($$"""[{"a1":{{first}}},{"a1":{{second}}},{"a1":42}]""")));

        Assert.Equal("42", Assert.Single(Read(jobFile).Config.SegMappings).Book.Id?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Contains(notes, note => note.Message.Contains("written once", StringComparison.Ordinal));
    }
}
