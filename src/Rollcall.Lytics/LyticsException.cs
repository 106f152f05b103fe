namespace Rollcall.Lytics;

/// <summary>What a failed call to Lytics means.</summary>
internal enum LyticsFailure
{
    /// <summary>No answer: no connection, or it broke off, or it took too long.</summary>
    Unreachable,

    /// <summary>429: too many calls.</summary>
    Overloaded,

    /// <summary>A fault of the server, 5xx.</summary>
    Broken,

    /// <summary>401, 403: the token is not taken, or may not do this.</summary>
    Forbidden,

    /// <summary>404.</summary>
    NotFound,

    /// <summary>The token of the next page is not taken any more.</summary>
    Stale,

    /// <summary>An answer that is not what the API describes.</summary>
    Unreadable,

    /// <summary>Any other refusal.</summary>
    Refused,
}

/// <summary>A call to Lytics that failed, in words for people. Holds no token and no profile.</summary>
internal sealed class LyticsException(LyticsFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public LyticsFailure Failure => failure;

    /// <summary>What the user can do.</summary>
    public string Todo => failure switch
    {
        LyticsFailure.Unreachable => "Check the address and the network; Lytics' status is on status.lytics.com.",
        LyticsFailure.Overloaded or LyticsFailure.Broken => "Run again later.",
        LyticsFailure.Forbidden => "Check the token: it must be valid for this account and may read audiences and profiles.",
        LyticsFailure.NotFound => "rollcall check lists the audiences that there are.",
        LyticsFailure.Unreadable => "Check that the url is Lytics' API. If it is, the API may have changed.",
        _ => "rollcall check finds what is wrong with the job.",
    };
}
