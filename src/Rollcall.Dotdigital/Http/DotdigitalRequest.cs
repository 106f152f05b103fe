namespace Rollcall.Dotdigital;

/// <summary>Whether a request may be sent again when its result is unknown.</summary>
internal enum RequestSafety
{
    /// <summary>It reads, or its write is idempotent: sending it again is harmless.</summary>
    Repeatable,

    /// <summary>Its write is not idempotent: it is never sent again once it may have been applied.</summary>
    Once,
}

/// <summary>One request, created once; only its content object is rebuilt for each attempt.</summary>
internal sealed class DotdigitalRequest
{
    /// <summary>Its name in usage counts, logs and errors, such as <c>contacts.import</c>.</summary>
    public required string Operation { get; init; }

    public required HttpMethod Method { get; init; }

    /// <summary>Path and query below the endpoint, without a leading slash, already percent-encoded.</summary>
    public required string Path { get; init; }

    public required CallTier Tier { get; init; }

    public required RequestSafety Safety { get; init; }

    /// <summary>A JSON body in UTF-8; null for none.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>The limits of its answer.</summary>
    public AnswerBounds Bounds { get; init; } = AnswerBounds.One;

    /// <summary>How often it may be retried after lost connections, timeouts and server errors. Waits for limits do not count.</summary>
    public int Repeats { get; init; } = 5;

    public static DotdigitalRequest Read(string operation, CallTier tier, string path, AnswerBounds? bounds = null, int repeats = 5) => new()
    {
        Operation = operation,
        Method = HttpMethod.Get,
        Path = path,
        Tier = tier,
        Safety = RequestSafety.Repeatable,
        Bounds = bounds ?? AnswerBounds.One,
        Repeats = repeats,
    };

    public static DotdigitalRequest Write(
        string operation, CallTier tier, HttpMethod method, string path, ReadOnlyMemory<byte>? body, RequestSafety safety = RequestSafety.Once) => new()
    {
        Operation = operation,
        Method = method,
        Path = path,
        Tier = tier,
        Safety = safety,
        Body = body,
    };
}
