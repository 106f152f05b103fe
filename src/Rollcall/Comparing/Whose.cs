namespace Rollcall.Comparing;

/// <summary>
/// Whose member someone is, as expressions of the comparison's SQL: whom exits may touch, and what becomes of people deleted at Dotdigital.
/// </summary>
internal static class Whose
{
    private const string DeletedStatus = "'Deleted'";

    // From an import's report, and from a feed.
    private const string DeletedCodes = "('DeletedAtDotdigital', 'Deleted')";

    /// <summary>The contact that is deleted; no record may match it.</summary>
    public const string DeletedId = $"coalesce(CASE WHEN oa.status = {DeletedStatus} THEN oa.contact_id END, CASE WHEN ca.status = {DeletedStatus} THEN ca.contact_id END)";

    /// <summary>Whether someone's ledger row lets an exit act on them.</summary>
    public static string MayLeave(ComparisonInput input, string origin) => input.ExitExisting ? $"{origin} IS NOT NULL" : $"{origin} = 'ours'";

    /// <summary>The origin that a change carries: with <c>exit_existing</c>, exits treat everyone as put there by the job.</summary>
    public static string Origin(ComparisonInput input) => input.ExitExisting ? $"CASE action WHEN '{Action.Exit}' THEN 'ours' ELSE any_origin END" : "any_origin";

    /// <summary>Whether someone whom our ledger had, and says deleted, is created again: by address, since the contact of that id is gone.</summary>
    public static string Recreated(ComparisonInput input) => input.RecreateDeleted
        ? $"coalesce(p.wanted AND p.state = 'suppressed' AND p.code IN {DeletedCodes} AND c.contact_id IS NOT NULL, false)"
        : "false";

    /// <summary>
    /// An opt-out's status, or NULL where it tells of a deletion that holds nobody: the person is another contact since, is to be created again,
    /// or waits for what an unanswered call to create them did.
    /// </summary>
    /// <param name="back">Whether Dotdigital shows the person back by themselves: no opt-out holds where the ledger says so, too.</param>
    public static string Holding(ComparisonInput input, string status, string back)
    {
        var again = input.RecreateDeleted
            ? $" OR {Recreated(input)} OR coalesce(p.state = 'pending' AND p.code = 'UnansweredMail', false)"
            : "";
        return $"CASE WHEN p.state = 'delivered' AND p.code = '{Delivering.CameBack.Code}' AND coalesce({back}, false) THEN NULL WHEN {status} = {DeletedStatus} AND (coalesce(p.state IN ('delivered', 'pending', 'failed') AND c.contact_id <> {DeletedId}, false){again}) THEN NULL ELSE {status} END";
    }
}
