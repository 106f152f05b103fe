namespace Rollcall.Dotdigital;

/// <summary>A contact as v3 shows it.</summary>
public sealed record Contact
{
    /// <summary>Dotdigital's id of the contact; it never changes.</summary>
    public required long Id { get; init; }

    /// <summary>The address; null for a contact that has none.</summary>
    public string? Email { get; init; }

    /// <summary>
    /// The account status: of the email channel if Dotdigital shows it, but <see cref="ContactStatus.Deleted"/> if the contact as a whole is deleted.
    /// </summary>
    public required ContactStatus Status { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When it was last changed.</summary>
    public DateTimeOffset? Updated { get; init; }

    /// <summary>The lists it is in; null when the answer did not include them.</summary>
    public IReadOnlyList<ListMembership>? Lists { get; init; }

    /// <summary>
    /// The status in one list: null when the answer includes lists but not this one; <see cref="ListStatus.Unknown"/> when it includes no lists.
    /// </summary>
    public ListStatus? StatusIn(long listId)
    {
        if (Lists is null)
        {
            return ListStatus.Unknown;
        }

        foreach (var list in Lists)
        {
            if (list.Id == listId)
            {
                return list.Status;
            }
        }

        return null;
    }
}

/// <summary>One list of a contact.</summary>
/// <param name="Id">The list's id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">The contact's status in it.</param>
public readonly record struct ListMembership(long Id, string Name, ListStatus Status);

/// <summary>A person who opted out, as shown in the feeds of v2.</summary>
/// <param name="Email">The address; null when Dotdigital shows none.</param>
/// <param name="ContactId">The contact's id; null when Dotdigital shows none.</param>
/// <param name="Status">Why they are out.</param>
/// <param name="Since">Since when, perhaps only the day; null when unreadable.</param>
public sealed record OptedOut(string? Email, long? ContactId, ContactStatus Status, DateTimeOffset? Since)
{
    /// <summary>How far <see cref="Since"/> may be off, either way: a date without an offset by 14 hours, one without a time of day by a day.</summary>
    public TimeSpan Margin { get; init; }
}

/// <summary>One page of a feed of opt-outs. The order is not guaranteed, so overlap pages.</summary>
/// <param name="Rows">The rows that Dotdigital sent.</param>
/// <param name="IsLast">Whether the page was shorter than requested.</param>
public sealed record OptedOutPage(IReadOnlyList<OptedOut> Rows, bool IsLast);
