using System.Text.Json;

namespace Rollcall.Simulators.V3;

/// <summary>Why a record could not be written, as in the import report.</summary>
internal sealed record Failure(string Code, string Description);

/// <summary>One contact as a caller of v3 describes it, checked against the specification's shape.</summary>
internal sealed record ContactRecord
{
    public string? Match { get; init; }

    /// <summary>The identifiers as they were sent, including invalid ones, for the report of a failure.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Given { get; init; } = [];

    public string? Email { get; init; }

    public string? Mobile { get; init; }

    public long? ContactId { get; init; }

    /// <summary>The data fields as they were sent; undefined when none were.</summary>
    public JsonElement DataFields { get; init; }

    public IReadOnlyList<int> Lists { get; init; } = [];

    public ContactStatus? Status { get; init; }

    public OptInType? OptInType { get; init; }

    public EmailType? EmailType { get; init; }

    /// <summary>Whether a resubscription asks the person first; the specification's default is that it does not.</summary>
    public bool ResubscribeWithNoChallenge { get; init; } = true;

    public Failure? Failure { get; init; }
}
