namespace Rollcall.Running;

/// <summary>The counts of an audience's rows. Rows = members + no email + invalid email + rejected.</summary>
/// <param name="Members">Rows in the roll; duplicates are among them.</param>
/// <param name="NoEmail">Rows without an email.</param>
/// <param name="InvalidEmail">Rows whose email is no address.</param>
/// <param name="Rejected">Rows the source could not read.</param>
/// <param name="ValuesLeftOut">Values that did not fit their data field.</param>
/// <param name="Reading">The source's result: held exits, and the shape to keep.</param>
internal sealed record AudienceCount(long Members, long NoEmail, long InvalidEmail, long Rejected, long ValuesLeftOut, AudienceReadingResult Reading)
{
    /// <summary>What people call the audience; null where its id is its name.</summary>
    public string? Name { get; init; }

    /// <summary>All rows.</summary>
    public long Rows => Members + NoEmail + InvalidEmail + Rejected;

    /// <summary>
    /// Rows without an email whose key (<c>key_field</c>) says that they did not lose an address: the ledger has the key's person, or does not have the key.
    /// </summary>
    public long KeyedNoEmail { get; init; }

    /// <summary>The same, of rows whose email is no address.</summary>
    public long KeyedInvalid { get; init; }

    /// <summary>Rows of people in the ledger, though the rows have no usable address: they are members, unchanged.</summary>
    public long KnownByKey { get; init; }

    /// <summary>Rows without a usable address of unknown people.</summary>
    public long Lost => NoEmail + InvalidEmail - KeyedNoEmail - KeyedInvalid;
}

/// <summary>The rows of an audience in the last run that did not hold it.</summary>
/// <param name="Rows">All of them.</param>
/// <param name="NoEmail">Those without an email.</param>
/// <param name="Lost">Those without a usable address of unknown people.</param>
internal sealed record AudienceBefore(long Rows, long NoEmail, long Lost);
