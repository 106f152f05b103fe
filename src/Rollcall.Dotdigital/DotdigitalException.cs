namespace Rollcall.Dotdigital;

/// <summary>A failed call to Dotdigital, with a message for users. The message contains no credentials and no contact addresses.</summary>
public sealed class DotdigitalException : Exception
{
    internal DotdigitalException(FailureKind kind, string operation, string message, Exception? inner = null)
        : base(message, inner)
    {
        Kind = kind;
        Operation = operation;
    }

    /// <summary>What it means for the caller.</summary>
    public FailureKind Kind { get; }

    /// <summary>The operation, such as <c>contacts.import</c>.</summary>
    public string Operation { get; }

    /// <summary>The HTTP status; null when there was no answer.</summary>
    public int? Status { get; internal init; }

    /// <summary>Dotdigital's code, such as <c>ERROR_ADDRESSBOOK_DUPLICATE</c> or <c>contacts:badJson</c>; null when it gave none.</summary>
    public string? ErrorCode { get; internal init; }

    /// <summary>The items Dotdigital named, as it named them: may hold addresses. Empty for v2.</summary>
    public IReadOnlyList<ErrorDetail> Details { get; internal init; } = [];

    internal FailureCause Cause { get; init; } = FailureCause.Answer;

    /// <summary>How long Dotdigital, or a proxy, asked to wait.</summary>
    internal TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether Dotdigital's code is this one; codes are compared case-insensitively.</summary>
    public bool HasCode(string code) => string.Equals(ErrorCode, code, StringComparison.OrdinalIgnoreCase);
}

/// <summary>One item of a v3 error.</summary>
/// <param name="Item">A field, an identifier's value, or an item of the batch.</param>
/// <param name="Description">What is wrong with it.</param>
public sealed record ErrorDetail(string Item, string Description);
