namespace Rollcall.Model;

/// <summary>What a plan would cost.</summary>
public sealed record PlanCost
{
    /// <summary>Import calls.</summary>
    public long Imports { get; init; }

    /// <summary>Bytes of their bodies.</summary>
    public long ImportBytes { get; init; }

    /// <summary>Contacts whose address changes.</summary>
    public long Moves { get; init; }

    /// <summary>Contacts added one by one.</summary>
    public long DirectAdds { get; init; }

    /// <summary>Contacts removed from books.</summary>
    public long Removals { get; init; }

    /// <summary>Contacts unsubscribed from books.</summary>
    public long Unsubscribes { get; init; }

    /// <summary>Contacts resubscribed.</summary>
    public long Resubscribes { get; init; }

    /// <summary>All calls besides polling.</summary>
    public long ApiCalls { get; init; }

    /// <summary>Emails it may cause.</summary>
    public PlanMails Mails { get; init; } = new(0, 0, 0);

    /// <summary>What it would create first.</summary>
    public PlanCreations Creates { get; init; } = new([], []);
}

/// <summary>What a plan would create.</summary>
/// <param name="Books">Names of address books.</param>
/// <param name="Fields">Data fields.</param>
public sealed record PlanCreations(IReadOnlyList<string> Books, IReadOnlyList<PlannedField> Fields);

/// <summary>A data field to be created.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, as Dotdigital spells it: String, Numeric, Date or Boolean.</param>
public sealed record PlannedField(string Name, string Type);

/// <summary>Emails a plan may cause.</summary>
/// <param name="Joins">Join actions.</param>
/// <param name="ConfirmationsAtMost">Confirmations of a double opt-in, at most.</param>
/// <param name="Challenges">Challenges before a resubscription.</param>
public sealed record PlanMails(long Joins, long ConfirmationsAtMost, long Challenges);

/// <summary>One change a plan would make.</summary>
/// <param name="Kind">enter, resubscribe, update, exit.</param>
/// <param name="Email">The address.</param>
/// <param name="Audience">The audience.</param>
/// <param name="AddressBookId">The book; null for one yet to be created, and for an update.</param>
public sealed record PlannedChange(string Kind, string Email, string Audience, long? AddressBookId);
