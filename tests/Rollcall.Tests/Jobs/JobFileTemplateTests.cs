using Rollcall.Jobs;
using Xunit;

namespace Rollcall.Tests.Jobs;

public sealed class JobFileTemplateTests
{
    [Fact]
    public void The_template_is_a_job()
    {
        var job = JobFile.Parse(JobFileTemplate.Text, "/jobs/job.yaml", _ => null);

        Assert.Equal("my-first-job", job.Tag);
        Assert.Equal(["big_spenders", "brazil"], job.Config.SegmentIds);
        Assert.Empty(job.Warnings);
    }

    [Fact]
    public void Its_keys_in_remarks_say_the_defaults()
    {
        var lines = JobFileTemplate.Text.Split('\n').Where(
            line =>
                !line.Contains("_type:", StringComparison.Ordinal) && !line.Contains("_field:", StringComparison.Ordinal)
                    || !line.Contains("  #", StringComparison.Ordinal));
        var uncommented = string.Join('\n', lines.Select(Uncomment));

        var job = JobFile.Parse(uncommented, "/jobs/job.yaml", _ => null);

        Same.Job(JobFile.Parse(JobFileTemplate.Text, "/jobs/job.yaml", _ => null), job);
        Assert.True(uncommented.Split('\n').Length > 50 && !uncommented.Contains("#guards", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_key_of_this_version_is_in_it_or_in_the_keys_it_leaves_to_the_reference()
    {
        string[] left = ["description", "direct_api", "join_existing"];
        var keys = JobKeys.Root.Keys.Concat(JobConfigKeys.Config.Keys);

        Assert.All(keys.Where(key => !left.Contains(key.Name)), key => Assert.Contains(key.Name + ":", JobFileTemplate.Text, StringComparison.Ordinal));
    }

    private static string Uncomment(string line)
    {
        var mark = line.IndexOf('#', StringComparison.Ordinal);
        return mark >= 0 && line.AsSpan(0, mark).IsWhiteSpace() && mark + 1 < line.Length && line[mark + 1] != ' ' ? line.Remove(mark, 1) : line;
    }
}
