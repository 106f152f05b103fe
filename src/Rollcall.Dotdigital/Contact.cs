namespace Rollcall.Dotdigital;

/// <summary>A contact as v3 shows it.</summary>
public sealed record Contact
{
    /// <summary>Dotdigital's id of the contact; it never changes.</summary>
    public required long Id { get; init; }

    /// <summary>The address; null for a contact that has none.</summary>
    public string? Email { get; init; }

    /// <summary>The account's status: of the email channel where Dotdigital shows it, but <see cref="ContactStatus.Deleted"/> wherever the contact as a whole is.</summary>
    public required ContactStatus Status { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When it was last changed.</summary>
    public DateTimeOffset? Updated { get; init; }

    /// <summary>The lists it stands in; null when the answer did not say.</summary>
    public IReadOnlyList<ListMembership>? Lists { get; init; }

    /// <summary>The status in one list: null when the answer shows lists and not this one; <see cref="ListStatus.Unknown"/> when it shows no lists at all.</summary>
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

/// <summary>Someone who left, as the feeds of v2 show them.</summary>
/// <param name="Email">The address; null when Dotdigital shows none.</param>
/// <param name="ContactId">The contact's id; null when Dotdigital shows none.</param>
/// <param name="Status">Why they are out.</param>
/// <param name="Since">Since when, maybe only to the day; null when unreadable.</param>
public sealed record OptedOut(string? Email, long? ContactId, ContactStatus Status, DateTimeOffset? Since)
{
    /// <summary>How far <see cref="Since"/> may be off, either way: a date without an offset by 14 hours, one without a time of day by a day.</summary>
    public TimeSpan Margin { get; init; }
}

/// <summary>One page of a feed of those who left. The order is not promised: overlap pages.</summary>
/// <param name="Rows">The rows, as many as Dotdigital sent.</param>
/// <param name="IsLast">Whether the page was shorter than asked for.</param>
public sealed record OptedOutPage(IReadOnlyList<OptedOut> Rows, bool IsLast);
