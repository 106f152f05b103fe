namespace Rollcall.Lytics;

/// <summary>What a failed call to Lytics means.</summary>
internal enum LyticsFailure
{
    /// <summary>No answer: no connection, a lost connection, or a timeout.</summary>
    Unreachable,

    /// <summary>429: too many calls.</summary>
    Overloaded,

    /// <summary>A server error, 5xx.</summary>
    Broken,

    /// <summary>401, 403: the token is not accepted, or has no permission for this.</summary>
    Forbidden,

    /// <summary>404.</summary>
    NotFound,

    /// <summary>The token of the next page has expired.</summary>
    Stale,

    /// <summary>An answer that does not match the API.</summary>
    Unreadable,

    /// <summary>Any other refusal.</summary>
    Refused,
}

/// <summary>A failed call to Lytics, with a message for users. It contains no token and no profile.</summary>
internal sealed class LyticsException(LyticsFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public LyticsFailure Failure => failure;

    /// <summary>What the user can do.</summary>
    public string Todo => failure switch
    {
        LyticsFailure.Unreachable => "Check the URL and the network; Lytics' status is on status.lytics.com.",
        LyticsFailure.Overloaded or LyticsFailure.Broken => "Run again later.",
        LyticsFailure.Forbidden => "Check the token: it must be valid for this account and have permission to read audiences and profiles.",
        LyticsFailure.NotFound => "Use rollcall check to find the correct audience.",
        LyticsFailure.Unreadable => "Check that the url is that of the Lytics API. If it is, the API may have changed.",
        _ => "Use rollcall check to find the problem.",
    };
}
