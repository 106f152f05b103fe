namespace Rollcall.Model;

/// <summary>Why a person is, or is not, in each book. Its JSON form is the contract of <c>rollcall explain --json</c>.</summary>
public sealed record Explanation
{
    /// <summary>The address as asked.</summary>
    public required string Email { get; init; }

    /// <summary>The job's audiences.</summary>
    public required IReadOnlyList<ExplainedAudience> Audiences { get; init; }

    /// <summary>The job's books.</summary>
    public required IReadOnlyList<ExplainedBook> Books { get; init; }

    /// <summary>The account status as Dotdigital spells it; null when it knows no such contact.</summary>
    public string? AccountStatus { get; init; }

    /// <summary>What the next run would do, in words.</summary>
    public required IReadOnlyList<string> Next { get; init; }
}

/// <summary>Whether a person is in an audience now.</summary>
public sealed record ExplainedAudience(string Id, bool In);

/// <summary>A person's state in one book.</summary>
/// <param name="Id">The book's id; null for one yet to be created.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">A word of the ledger, or <c>absent</c>.</param>
/// <param name="Since">Since when; null when absent.</param>
/// <param name="Reason">The last outcome and why, in words.</param>
public sealed record ExplainedBook(long? Id, string Name, string State, DateTimeOffset? Since, string Reason)
{
    /// <summary>That runs look at the person again, for a write whose end is not known; null where they do not.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public ExplainedWatch? Watched { get; init; }
}

/// <summary>That runs look at a person again.</summary>
/// <param name="Since">When the write was sent, by Dotdigital's clock.</param>
/// <param name="Until">Until when it may be applied.</param>
/// <param name="Why">A stable word, such as <c>Unanswered</c>.</param>
public sealed record ExplainedWatch(DateTimeOffset Since, DateTimeOffset Until, string Why);
