namespace Rollcall.Running;

/// <summary>How an opt-out is told.</summary>
internal static class OptOutWords
{
    /// <summary>What is said of a row <c>c</c> of the changes whose person opted out: how, since when, and why they are not asked back.</summary>
    public const string Sql = """
        c.status || CASE WHEN c.status_of_account THEN ' at Dotdigital' ELSE ' from the book' END
        || coalesce(' since ' || strftime(make_timestamp(c.status_since * 1000), '%Y-%m-%d'), '') || '.' || coalesce(' ' || c.why_not, '')
        """;
}
