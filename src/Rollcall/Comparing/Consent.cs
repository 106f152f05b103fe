using Rollcall.Jobs;
using Rollcall.Model;

namespace Rollcall.Comparing;

/// <summary>What a job says about people who opted out.</summary>
/// <param name="Asks">Whether it resubscribes at all.</param>
/// <param name="Members">Whether also those who opted out while they were members.</param>
/// <param name="OfBooks">Whether it may lift an opt-out from a book: single calls can, an import cannot.</param>
/// <param name="Now">The run's moment, ms since 1970.</param>
internal sealed record ConsentRules(bool Asks, bool Members, bool OfBooks, long Now)
{
    /// <summary>Nobody is resubscribed.</summary>
    public static ConsentRules Never { get; } = new(false, false, false, 0);

    /// <summary>When people without a row in the ledger entered at the earliest, ms since 1970.</summary>
    public long EnteringSince { get; init; } = Now;

    /// <summary>Whether a challenge that was sent, and not answered, is sent again: only when the user says so, of one person.</summary>
    public bool Repeats { get; init; }

    /// <summary>What the job file says. A job that adds people one by one has single calls for this too.</summary>
    public static ConsentRules Of(Job job, long now) => new(job.Config.BringsBack, job.ResubscribeMembers, job.Config.TriggerJoin, now);
}

/// <summary>
/// Who may be resubscribed, in SQL: only people whose every opt-out is an unsubscription of their own, dated, on a day before they entered the
/// audience, and not answered before. Whatever is in doubt leaves the person alone, with the reason.
/// </summary>
internal static class Consent
{
    private const string Day = "86400000";

    // The opt-out is the one that was answered: a challenge leaves a trace of its own, with a later date.
    private const string Answered = $"out_since <= greatest(asked_since, asked_at + {Day})";

    // An earlier day is one in every time zone: a whole day before, whatever the date of the opt-out leaves open.
    // The day that an opt-out must precede: that of the run which first saw the person wanted. A person who was removed manually has been wanted
    // all along; and who left the account did so as a member of any book.
    private static string Before(ConsentRules rules)
    {
        var ofBook =
            $"""
            (CASE WHEN state IS NULL OR (state = 'left' AND code IS DISTINCT FROM '{ReasonCode.RemovedAtDotdigital}')
                THEN {Math.Min(rules.Now, rules.EnteringSince)} ELSE entered_at END)
            """;
        return rules.Members ? $"{rules.Now}" : $"(CASE WHEN account_out IS NOT NULL THEN least({ofBook}, coalesce(member_since, {ofBook})) ELSE {ofBook} END)";
    }

    /// <summary>
    /// A member's books together, from <c>judged</c>. Who left the account is brought back to it as a whole: one book that speaks against it is
    /// enough, and one book asks.
    /// </summary>
    public static string Together(ConsentRules rules) =>
        !rules.Asks ? "SELECT *, false AS another_speaks_against, NULL::USMALLINT AS asking_book FROM judged" : $"""
        SELECT *, account_out IS NOT NULL AND bool_or(wanted AND account_out IS NOT NULL AND (book_out IS NULL OR {rules.OfBooks})
            AND why_not IS NOT NULL) OVER person AS another_speaks_against,
               CASE WHEN account_out IS NOT NULL AND {rules.OfBooks} THEN min(book_no) FILTER (wanted AND why_not IS NULL) OVER person END AS asking_book
        FROM judged WINDOW person AS (PARTITION BY kh, member_key)
        """;

    /// <summary>Why the person may not be resubscribed, as a text; NULL where nothing speaks against it.</summary>
    public static string WhyNot(ConsentRules rules) => !rules.Asks ? "NULL::VARCHAR" : $"""
        CASE WHEN NOT (account_out IS NOT NULL OR book_out IS NOT NULL) THEN NULL
             WHEN NOT only_unsubscribed OR (state = 'suppressed' AND known_status IS DISTINCT FROM 'Unsubscribed')
                 THEN 'Only someone who unsubscribed can be resubscribed.'
             WHEN forgotten THEN 'The person opted out and was erased since; nothing more is known of them, and nobody is asked then.'
             {(rules.Repeats ? $"WHEN state = 'pending' AND code IN {ReasonCode.AskedBack} AND (out_since IS NULL OR {Answered}) THEN NULL" : "")}
             WHEN by_contact_only THEN 'The opt-out is of another address of the same contact.'
             WHEN NOT dated THEN 'Dotdigital does not say since when.'
             WHEN asked_at IS NOT NULL AND {Answered}
                 THEN 'A resubscription was sent on ' || strftime(make_timestamp(asked_at * 1000), '%Y-%m-%d') || ', and an opt-out is answered once.'
             WHEN out_latest > {rules.Now} - {Day} THEN 'The opt-out is of today; it has to be of an earlier day.'
             WHEN (out_latest <= {Before(rules)} - {Day}) IS DISTINCT FROM true
                 THEN 'The person opted out as a member of the audience, or on the day they entered it.'
             WHEN NOT {rules.OfBooks} AND book_out IS NOT NULL
                 THEN 'The person left this book alone, and an import resubscribes only people who left the account.'
        END
        """;
}
