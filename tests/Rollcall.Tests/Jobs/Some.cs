namespace Rollcall.Tests.Jobs;

/// <summary>Values that do not matter to a test.</summary>
internal static class Some
{
    /// <summary>A secret that no message may show.</summary>
    public const string Password = "s3cret-Passw0rd";

    /// <summary>The smallest valid job.</summary>
    public const string Job = """
        tag: some-job
        authorization: prod
        source:
          tables:
            database: shop.sqlite
            audiences:
              buyers: SELECT email FROM buyers
        config:
          segment_ids: [buyers]
          seg_mappings: [{buyers: "1234"}]
          email_field: email

        """;

    /// <summary>An environment that has <c>PASSWORD</c>, <c>BOOK</c> and <c>EMPTY</c>.</summary>
    public static string? Environment(string name) => name switch
    {
        "PASSWORD" => Password,
        "BOOK" => "4711",
        "EMPTY" => "",
        _ => null,
    };
}
