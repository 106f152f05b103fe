using Rollcall.Jobs;
using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Jobs;

public sealed class JobRulesTests
{
    [Theory]
    [InlineData("https://r1-api.dotdigital.com", true)]
    [InlineData("https://r3-api.dotdigital.com/", true)]
    [InlineData("https://R2-API.DOTDIGITAL.COM", true)]
    [InlineData("http://127.0.0.1:9400", true)]
    [InlineData("http://localhost:9400", true)]
    [InlineData("https://[::1]:9400", true)]
    [InlineData("http://r1-api.dotdigital.com", false)]
    [InlineData("https://dotdigital.com", false)]
    [InlineData("https://notdotdigital.com", false)]
    [InlineData("https://r1-api.dotdigital.com.example.com", false)]
    [InlineData("https://r1-api.dotdigital.com@example.com", false)]
    [InlineData("https://user:word@r1-api.dotdigital.com", false)]
    [InlineData("https://example.com/?r1-api.dotdigital.com", false)]
    [InlineData("https://example.com#.dotdigital.com", false)]
    [InlineData("http://10.0.0.1:9400", false)]
    [InlineData("http://127.0.0.1.example.com", false)]
    [InlineData("ftp://127.0.0.1", false)]
    [InlineData("file:///etc/passwd", false)]
    public void Passwords_go_only_to_dotdigital_and_this_machine(string endpoint, bool may) =>
        Assert.Equal(may, Endpoints.MaySendPasswordTo(new Uri(endpoint)));

    [Theory]
    [InlineData("SELECT 1", true)]
    [InlineData("select\n1", true)]
    [InlineData("  -- why\n/* and how */ WITH x AS (SELECT 1) SELECT * FROM x", true)]
    [InlineData("((SELECT 1))", true)]
    [InlineData("SELECT*FROM t", true)]
    [InlineData("SELECTED", false)]
    [InlineData("-- SELECT 1", false)]
    [InlineData("/* SELECT 1", false)]
    [InlineData("DELETE FROM t", false)]
    [InlineData("customers", false)]
    [InlineData("", false)]
    public void An_audience_is_a_select(string sql, bool select) => Assert.Equal(select, SelectText.IsSelect(sql));

    [Fact]
    public void Field_changes_are_at_most_seventy_five()
    {
        static string Job(int count) => Some.Job
            + $"  mappings: [{string.Join(", ", Enumerable.Range(0, count).Select(i => $"{{f{i}: F{i}}}"))}]\n"
            + $"  field_changes: [{string.Join(", ", Enumerable.Range(0, count).Select(i => $"f{i}"))}]\n";

        Assert.Equal(75, JobFile.Parse(Job(75), "/jobs/job.yaml", _ => null).Config.FieldChanges.Count);
        Assert.Equal(
            "job.yaml:13:3 config.field_changes: holds 76; the most is 75.",
            Assert.Throws<RollcallException>(() => JobFile.Parse(Job(76), "/jobs/job.yaml", _ => null)).Message);
    }

    [Fact]
    public void A_job_has_at_most_a_hundred_and_twenty_eight_audiences()
    {
        static string Job(int count)
        {
            var names = Enumerable.Range(0, count).Select(i => $"a{i}").ToList();
            return $$"""
                tag: many
                authorization: prod
                source:
                  tables:
                    database: shop.sqlite
                    audiences: { {{string.Join(", ", names.Select(n => $"{n}: SELECT email FROM buyers"))}} }
                config:
                  segment_ids: [{{string.Join(", ", names)}}]
                  seg_mappings: [{{string.Join(", ", names.Select(n => $"{{{n}: \"1234\"}}"))}}]
                  email_field: email
                """;
        }

        Assert.Equal(128, JobFile.Parse(Job(128), "/jobs/job.yaml", _ => null).Config.SegmentIds.Count);
        Assert.Equal(
            "job.yaml:8:3 config.segment_ids: holds 129; the most is 128.",
            Assert.Throws<RollcallException>(() => JobFile.Parse(Job(129), "/jobs/job.yaml", _ => null)).Message);
    }
}
