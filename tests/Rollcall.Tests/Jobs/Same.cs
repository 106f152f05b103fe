using System.Text.Json;
using Rollcall.Jobs;
using Xunit;

namespace Rollcall.Tests.Jobs;

/// <summary>Whether two jobs are equal, independent of the positions of their keys.</summary>
internal static class Same
{
    public static void Job(Job expected, Job actual) => Assert.Equal(Text(expected), Text(actual));

    private static string Text(Job job) =>
        JsonSerializer.Serialize(job with { Positions = new Dictionary<string, string>() })
            + JsonSerializer.Serialize<object>(job.Source)
            + JsonSerializer.Serialize<object?>(job.StatusSink);
}
