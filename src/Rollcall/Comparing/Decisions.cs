using Rollcall.Model;

namespace Rollcall.Comparing;

/// <summary>A rule of the comparison.</summary>
/// <param name="When">The condition, in SQL.</param>
/// <param name="Then">What is to be done: a word of <see cref="ChangeAction"/>.</param>
internal sealed record Decision(string When, string Then);

/// <summary>
/// What is to be done with a member and book: rules in order, of which the first that applies decides. They read these columns and no others:
/// <c>wanted</c>; of the ledger's row <c>state</c>, <c>code</c>, <c>known_hash</c>, <c>known_status</c> and <c>still_mapped</c> (the audience that put the
/// member there is still one of the book, or released); <c>fields_hash</c> of the roll; <c>account_out</c> and <c>book_out</c> (the status of an opt-out
/// that holds), <c>opted_out</c> (either), <c>why_not</c>, <c>another_speaks_against</c>, <c>asking_book</c>, <c>book_no</c>; <c>recreated</c>.
/// </summary>
internal static class Decisions
{
    private const string AwaitsConfirmation = $"code IN ('AwaitsConfirmation', '{ReasonCode.WaitsToBeAdded}')";

    private const string InBook = "state IN ('delivered', 'pending')";

    private const string RemovedManually = $"state = 'left' AND code = '{ReasonCode.RemovedAtDotdigital}'";

    /// <summary>All rules as one expression.</summary>
    public static string Action(ComparisonInput input) => $"""
        CASE
            {string.Join("\n    ", Rules(input).Select(rule => $"WHEN {rule.When} THEN '{rule.Then}'"))}
            ELSE '{ChangeAction.Exit}'
        END
        """;

    private static IEnumerable<Decision> Rules(ComparisonInput input) =>
        [.. Asked(input.Consent), .. OptedOut(), .. Refused(), .. Present(), .. Removed(input), .. Absent(), .. Leaving()];

    /// <summary>People who were asked to come back wait for their own answer, unless the user has them asked again; others may be asked now.</summary>
    private static IEnumerable<Decision> Asked(ConsentRules rules)
    {
        const string OnlyUnsubscribed = "coalesce(account_out, 'Unsubscribed') = 'Unsubscribed' AND coalesce(book_out, 'Unsubscribed') = 'Unsubscribed'";
        var waits = $"state = 'pending' AND code IN {ReasonCode.AskedBack} AND {OnlyUnsubscribed}";
        var mayBeAsked = $"{rules.Asks} AND opted_out AND wanted AND why_not IS NULL AND NOT another_speaks_against AND state IS DISTINCT FROM 'invalid'";
        return
        [
            new($"{waits} AND wanted AND NOT {rules.Repeats}", ChangeAction.StillPending),
            new($"{waits} AND NOT wanted", ChangeAction.None),
            new($"{mayBeAsked} AND (asking_book IS NULL OR asking_book = book_no)", ChangeAction.Resubscribe),
            new(mayBeAsked, ChangeAction.Await),
        ];
    }

    /// <summary>Nothing is sent about people who opted out; the ledger learns it, and that they left.</summary>
    private static IEnumerable<Decision> OptedOut() =>
    [
        new("NOT wanted AND state = 'suppressed' AND still_mapped AND opted_out", ChangeAction.Leave),
        new("NOT wanted AND state = 'suppressed'", ChangeAction.None),
        new("opted_out AND wanted AND state = 'suppressed'", ChangeAction.StillSuppressed),
        new("opted_out AND wanted", ChangeAction.Suppress),
        new($"opted_out AND {InBook}", ChangeAction.Suppress),
        new("opted_out", ChangeAction.None),
    ];

    /// <summary>What Dotdigital refused, or a person has yet to confirm, is not tried again.</summary>
    private static IEnumerable<Decision> Refused() =>
    [
        new("recreated", ChangeAction.Enter),
        new("wanted AND state = 'suppressed'", ChangeAction.StillSuppressed),
        new("wanted AND state = 'invalid'", ChangeAction.StillInvalid),
        new($"wanted AND state = 'pending' AND ({AwaitsConfirmation} OR code = '{ReasonCode.UnansweredMail}')", ChangeAction.StillPending),
    ];

    /// <summary>Members who are there are updated where their values differ, or another job claimed them before.</summary>
    private static IEnumerable<Decision> Present() =>
    [
        new($"wanted AND {InBook} AND (fields_hash IS DISTINCT FROM known_hash OR code = '{ReasonCode.ClaimedByAnotherJob}')", ChangeAction.Update),
        new($"wanted AND {InBook}", ChangeAction.Unchanged),
    ];

    /// <summary>Members who were removed manually stay out, unless the job restores them.</summary>
    private static IEnumerable<Decision> Removed(ComparisonInput input) =>
    [
        new($"{RemovedManually} AND NOT wanted", ChangeAction.LeaveRemoved),
        new($"{RemovedManually} AND NOT {input.RestoreRemoved}", ChangeAction.StillRemoved),
    ];

    private static IEnumerable<Decision> Absent() => [new("wanted", ChangeAction.Enter)];

    /// <summary>
    /// Of members who left the audience, those who may be in the book exit. Members of an import whose end is not known count as in: Dotdigital may have
    /// applied it after they were read back. So do members who were written without a value that Dotdigital refused.
    /// </summary>
    private static IEnumerable<Decision> Leaving() =>
    [
        new($"state = 'pending' AND {AwaitsConfirmation}", ChangeAction.None),
        new($"state = 'failed' AND coalesce(code, '') NOT IN {ReasonCode.MayBeApplied} AND known_status IS DISTINCT FROM 'Subscribed'", ChangeAction.Leave),
        new("state NOT IN ('delivered', 'pending', 'failed')", ChangeAction.None),
        new($"code = '{ReasonCode.FoundThere}'", ChangeAction.None),
        new("NOT still_mapped", ChangeAction.TakenOut),
    ];
}
