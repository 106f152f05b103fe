using Rollcall.Model;

namespace Rollcall.Store;

/// <summary>What a delivery does at Dotdigital.</summary>
internal enum DeliveryKind
{
    /// <summary>A bulk import.</summary>
    Import,

    /// <summary>A bulk import that changes addresses.</summary>
    Move,

    /// <summary>A bulk removal from one book.</summary>
    Removal,

    /// <summary>People added to one book, a call each.</summary>
    Add,

    /// <summary>People unsubscribed from one book, a call each; without a manifest, one person, to put right what an import of ours undid.</summary>
    Unsubscribe,

    /// <summary>People asked back into one book, a call each.</summary>
    Resubscribe,

    /// <summary>No call: what was learnt by reading, or decided here.</summary>
    Local,
}

/// <summary>How far a delivery is.</summary>
internal enum DeliveryState
{
    /// <summary>Its manifest is on the disk; it may have been sent.</summary>
    Prepared,

    /// <summary>Dotdigital took it and gave it an id.</summary>
    Accepted,

    /// <summary>What became of each of its members is on the disk.</summary>
    Settled,

    /// <summary>The ledger has it.</summary>
    Recorded,

    /// <summary>Dotdigital did not take it: nothing happened.</summary>
    Refused,
}

/// <summary>One call that changes something at Dotdigital, from its manifest to the ledger.</summary>
internal sealed record Delivery(
    long Id,
    string RunId,
    DeliveryKind Kind,
    DeliveryState State,
    IReadOnlyList<long> Books,
    string? Manifest,
    string? Outcomes,
    long Records,
    bool CausesMail,
    string? RemoteId,
    DateTimeOffset PreparedAt,
    long SeenNo,
    DateTimeOffset? Ended)
{
    /// <summary>Whether it enters people into books, or writes their values.</summary>
    public bool Writes => Kind is DeliveryKind.Import or DeliveryKind.Add or DeliveryKind.Resubscribe;

    /// <summary>Just prepared: people whose opt-outs another job has answered since the run read them. Nothing may be sent to them.</summary>
    public IReadOnlyList<string> AnsweredElsewhere { get; init; } = [];
}

/// <summary>What is known of a single call that was answered, or need not be made.</summary>
/// <param name="Outcome">The outcome's word: Delivered, Pending, Suppressed, Invalid, Failed, Omitted.</param>
/// <param name="State">The ledger's state; null leaves it as it is.</param>
/// <param name="Code">A stable word.</param>
/// <param name="Reason">Why, for people.</param>
internal sealed record DirectAnswer(string Outcome, string? State, string Code, string Reason)
{
    public long? ContactId { get; init; }

    public string? AccountStatus { get; init; }

    public string? BookStatus { get; init; }

    /// <summary>Whether Dotdigital now has the values of the manifest.</summary>
    public bool FieldsWritten { get; init; }

    /// <summary>Whether the person's status is to be read: Dotdigital refused without saying which it is.</summary>
    public bool ReadStatus { get; init; }

    /// <summary>What is so for everyone else of the book too: no more calls are made for it. Null where it is of this person alone.</summary>
    public Finding? EndsBook { get; init; }
}
