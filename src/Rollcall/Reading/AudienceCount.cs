namespace Rollcall.Reading;

/// <summary>What became of an audience's rows. Rows = members + no email + invalid email + rejected.</summary>
/// <param name="Members">Rows in the roll; duplicates are among them.</param>
/// <param name="NoEmail">Rows without an email.</param>
/// <param name="InvalidEmail">Rows whose email is no address.</param>
/// <param name="Rejected">Rows the source could not read.</param>
/// <param name="ValuesLeftOut">Values that did not fit their data field.</param>
/// <param name="Reading">What the source says of the reading: held exits, and the shape to keep.</param>
internal sealed record AudienceCount(long Members, long NoEmail, long InvalidEmail, long Rejected, long ValuesLeftOut, AudienceReadingResult Reading)
{
    /// <summary>All rows.</summary>
    public long Rows => Members + NoEmail + InvalidEmail + Rejected;
}
