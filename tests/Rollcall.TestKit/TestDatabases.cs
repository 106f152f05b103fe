using Xunit;

namespace Rollcall.TestKit;

/// <summary>The database servers of a test run, which <c>./test.sh</c> starts. Their users may create databases.</summary>
public static class TestDatabases
{
    /// <summary>The URL <c>postgres://...</c> of ROLLCALL_TEST_POSTGRES; skips the test where it is not set.</summary>
    public static Uri PostgresOrSkip() => UrlOrSkip("ROLLCALL_TEST_POSTGRES");

    /// <summary>The URL <c>mysql://...</c> of ROLLCALL_TEST_MYSQL; skips the test where it is not set.</summary>
    public static Uri MySqlOrSkip() => UrlOrSkip("ROLLCALL_TEST_MYSQL");

    private static Uri UrlOrSkip(string variable)
    {
        var url = Environment.GetEnvironmentVariable(variable);
        Assert.SkipWhen(string.IsNullOrEmpty(url), $"needs a database server in {variable}; ./test.sh starts one");
        return new Uri(url!);
    }
}
