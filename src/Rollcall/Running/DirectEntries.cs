using Rollcall.Model;

namespace Rollcall.Running;

/// <summary>
/// Who is added one by one, so that the book's join actions fire: with <c>trigger_join</c>, everyone who enters and is not in the book as far as Rollcall
/// knows.
/// </summary>
internal sealed class DirectEntries
{
    private readonly RunContext _run;

    public DirectEntries(RunContext run)
    {
        _run = run;
        FirstRunInBulk = run.Job.Config.TriggerJoin && !run.Job.JoinExisting && !FirstRunEnded(run);
        Singly = run.Job.Config.TriggerJoin && !FirstRunInBulk ? Entering : "false";
    }

    /// <summary>Whether this run's members go in bulk because the job has not ended its first run, and <c>join_existing</c> is false.</summary>
    public bool FirstRunInBulk { get; }

    /// <summary>The condition, on a row <c>c</c> of the changes, of an entry that is sent singly.</summary>
    public string Singly { get; }

    /// <summary>The condition of all changes that are not imported: entries sent singly, and people asked back into one book.</summary>
    public string NotImported => $"({Singly} OR {(_run.Job.Config.TriggerJoin ? $"c.action = '{ChangeAction.Resubscribe}'" : "false")})";

    /// <summary>
    /// Who was in the book before the job, or was left in it by an exit that the job ignores, joins nothing: their entry goes in bulk, which writes their
    /// fields.
    /// </summary>
    private const string Entering =
        $"""
        (c.action = '{ChangeAction.Enter}' AND NOT (coalesce(c.origin, 'ours') = 'there' AND coalesce(c.code, '') <> 'Removed')
            AND coalesce(c.code, '') NOT IN ('ExitIgnored', '{ReasonCode.RemovedLate}'))
        """;

    /// <summary>
    /// The people to be added to a book, as single calls take them, without those kept out by a guard, a feed, an earlier delivery or an opt-out.
    /// </summary>
    public string People(int book) => People($"c.book_no = {book}");

    private string People(string books) => $"""
        (SELECT c.kh, c.member_key, b.book_id, c.action AS operation, v.email, v.profile_key, v.contact_id, c.origin, c.audience, v.fields_hash, CASE
            WHEN x.kh IS NULL THEN c.code ELSE '{ReasonCode.Unanswered}' END AS known_code, v.fields
        FROM change c JOIN book b ON b.book_no = c.book_no JOIN changed v ON v.kh = c.kh AND v.member_key = c.member_key
        LEFT JOIN late_opt_out l ON l.kh = c.kh AND l.member_key = c.member_key AND l.book_no = c.book_no
        LEFT JOIN (SELECT DISTINCT kh, member_key FROM change WHERE state = 'failed' AND code = '{ReasonCode.Unanswered}') x ON x.kh = c.kh
            AND x.member_key = c.member_key
        LEFT JOIN under_way u ON u.kh = c.kh AND u.member_key = c.member_key
        WHERE {books} AND {Singly} AND l.kh IS NULL AND u.kh IS NULL
          AND {Holds.MayEnter})
        """;

    /// <summary>What adding them costs.</summary>
    public DirectCost Cost()
    {
        if (Singly == "false")
        {
            return new DirectCost(0, 0, 0);
        }

        var (adds, lookUps, unknown) = _run.Db.Query(
            $"""
            SELECT count(*), count(*) FILTER (contact_id IS NOT NULL OR known_code = '{ReasonCode.Unanswered}'),
                   count(DISTINCT member_key) FILTER (contact_id IS NULL)
            FROM {People("true")}
            """,
            r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2)))[0];
        return new DirectCost(adds, _run.Job.LooksUpEveryone ? adds : lookUps, unknown);
    }

    /// <summary>Remembers, for good, that the members of the job's first run were sent: from now on, people who enter join.</summary>
    public static void EndFirstRun(RunContext run) => run.Store.Jobs.EndFirstRun(run.Job.Tag);

    private static bool FirstRunEnded(RunContext run) => run.Store.Jobs.Find(run.Job.Tag) is { FirstRunEnded: true };
}

/// <summary>What single adds cost.</summary>
/// <param name="Adds">Calls that add, and join actions they fire at most.</param>
/// <param name="LookUps">Calls that look first.</param>
/// <param name="Unknown">People not known to be contacts already: the account may ask each to confirm, once.</param>
internal sealed record DirectCost(long Adds, long LookUps, long Unknown);
