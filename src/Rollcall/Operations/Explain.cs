using Rollcall.Delivering;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Operations;

/// <summary>
/// Answers why one person is, or is not, in each book of a job: the roll as it is now, the ledger, Dotdigital's own word, and what the next run would do.
/// </summary>
public static class Explain
{
    // An entry that does not go in bulk.
    private const string EnterSingly = "enter singly";

    /// <summary>Explains one address. Reads the audiences and the contact; sends nothing, changes nothing.</summary>
    public static async Task<Explanation> RunAsync(Job job, string email, Workplace workplace, CancellationToken cancellation = default)
    {
        Explanation? explanation = null;
        await RunSession.WithAsync(
            job,
            workplace,
            new RunOptions(),
            SessionKind.Plan,
            async (run, destination) =>
            {
                explanation = await ExplainAsync(run, destination, email, cancellation);
                return new RunResult { Job = job.Tag, RunId = run.RunId };
            },
            cancellation);
        return explanation
            ?? new Explanation { Email = email, Audiences = [], Books = [], Next = ["Nothing: the job exports once (backfill_only), and has done so."] };
    }

    private static async Task<Explanation> ExplainAsync(RunContext run, Destination destination, string email, CancellationToken cancellation)
    {
        var contact = await run.Client.Contacts.FindByEmailAsync(email.Trim(), cancellation);
        run.Db.Execute(Holds.Create);
        var options = new RunOptions();
        var prepared = await Preparation.ReadAsync(run, destination, options, null, [], cancellation);

        // Only this person, and people who have or had the same key, go through the comparison: the same one that a run makes.
        var key = SqlText.Literal(MemberKey.Of(email));
        var leftOut = run.Db.Query(
            $"SELECT audience, outcome, code, reason FROM roll_left_out WHERE {MemberKeySql.Of("email")} = {key}",
            r => (Audience: (int)r.GetFieldValue<ushort>(0), Reason: $"{r.GetString(1)}: {r.GetString(3)}"));
        run.Db.Execute($"""
            CREATE OR REPLACE TABLE key_here AS
            SELECT profile_key FROM roll WHERE kh = md5_number_lower({key}) AND member_key = {key} AND profile_key IS NOT NULL
            UNION SELECT profile_key FROM {prepared.Ledger} WHERE kh = md5_number_lower({key}) AND member_key = {key} AND profile_key IS NOT NULL;
            CREATE OR REPLACE TABLE ledger_linked AS SELECT * FROM {prepared.Ledger}
            WHERE (kh = md5_number_lower({key}) AND member_key = {key}) OR profile_key IN (SELECT profile_key FROM key_here) ORDER BY kh;
            DELETE FROM roll
            WHERE member_key <> {key} AND member_key NOT IN (SELECT member_key FROM ledger_linked)
              AND (profile_key IS NULL OR profile_key NOT IN (SELECT profile_key FROM key_here));
            CREATE OR REPLACE TABLE ledger_of AS SELECT * FROM ledger_linked WHERE member_key = {key};
            """);
        var linked = run.Db.Number("SELECT count(*) FROM ledger_linked");
        var (read, _) = await Changes.FindAsync(
            run, destination, prepared with { Ledger = "ledger_linked", LedgerRows = linked }, options, new OtherRemovals(run), cancellation);
        var audiences =
            run.Db.Query($"SELECT audience FROM roll WHERE member_key = {key} UNION SELECT audience FROM kept WHERE member_key = {key}",
                r => (int)r.GetFieldValue<ushort>(0));
        var changes =
            run.Db.Query(
                $"""
                SELECT c.book_no, CASE WHEN {new DirectEntries(run).Singly} AND c.state IS DISTINCT FROM 'suppressed' THEN '{EnterSingly}' ELSE c.action END,
                       status, origin, why_not, code, state, reason
                FROM change c WHERE c.member_key = {key}
                """,
                r => (Book: (int)r.GetFieldValue<ushort>(0), Action: r.GetString(1), Status: r.IsDBNull(2) ? null : r.GetString(2),
                    Origin: r.IsDBNull(3) ? "ours" : r.GetString(3), WhyNot: Text(r, 4), Code: Text(r, 5), State: Text(r, 6), Reason: Text(r, 7)));
        var ledger =
            run.Db.Query("SELECT book_id, state, since, outcome, reason, outcome_at FROM ledger_of",
                r => (Book: r.GetInt64(0), State: r.GetString(1), Since: Time(r, 2), Reason: $"{Text(r, 3)}: {Text(r, 4)}"));
        var watched = new Watch(run).CopyTo(run.Db) == 0 ? [] : run.Db.Query(
            $"SELECT book_id, min(since), max(until), arg_max(why, until) FROM watched WHERE member_key = {key} GROUP BY 1",
            r => (Book: r.GetInt64(0), Watch: new ExplainedWatch(Time(r, 1)!.Value, Time(r, 2)!.Value, r.GetString(3))));
        var underWay = run.Journal.Unsettled().Select(d => d.Manifest).OfType<string>()
            .Any(manifest => run.Db.Number($"SELECT count(*) FROM {run.Rows(manifest)} WHERE member_key = {key}") > 0);
        var heldBooks = LastHeld(run);
        var optOuts =
            run.Db.Query($"SELECT book_id, status, since FROM opt_out WHERE email_key = {key}",
                r => (Book: r.GetInt64(0), Status: r.GetString(1), Since: Time(r, 2)));

        return new Explanation
        {
            Email = email,
            Audiences = [.. run.Job.Config.SegmentIds.Select((id, i) => new ExplainedAudience(id, audiences.Contains(i)))],
            Books = [.. run.Books.Select(
                b => Book(b, ledger, optOuts, contact,
                    underWay) with { Watched = (watched.Find(w => w.Book == b.Id).Watch ?? watched.Find(w => w.Book == 0).Watch) })],
            AccountStatus = contact?.Status.ToString(),
            Next = [.. Next(run, destination, read, audiences, changes, leftOut, heldBooks)],
        };
    }

    private static ExplainedBook Book(RunBook book, List<(long Book, string State, DateTimeOffset? Since, string Reason)> ledger,
        List<(long Book, string Status, DateTimeOffset? Since)> optOuts, Contact? contact, bool underWay)
    {
        var known = ledger.Find(l => l.Book == book.Id);
        var optedOut = optOuts.Find(o => o.Book == book.Id || o.Book == OptOuts.WholeAccount);
        var shown = book.Id is { } id && contact?.StatusIn(id) is { } status
            ? $" At Dotdigital now: {status}."
            : contact is null ? " At Dotdigital now: no such contact." : " At Dotdigital now: not in the book.";
        var out_ = optedOut.Status is null
            ? ""
            : $" Opted out: {optedOut.Status}{(optedOut.Book == OptOuts.WholeAccount ? " in the account" : " from this book")}"
                + $"{(optedOut.Since is { } since ? $" since {since:yyyy-MM-dd}" : "")}.";
        return known.State is null
            ? new ExplainedBook(book.Id, book.Name, "absent", null,
                (underWay
                    ? "A delivery of an earlier run is not settled yet: the next run asks Dotdigital what became of it."
                    : "Never delivered by this job.") + out_ + shown)
            : new ExplainedBook(book.Id, book.Name, known.State, known.Since,
                (known.State == "delivered" && book.Id is { } there && contact?.StatusIn(there) is null ? "Was delivered by this job." : known.Reason)
                    + out_ + shown);
    }

    private static IEnumerable<string> Next(RunContext run, Destination destination, AudiencesRead read, List<int> audiences,
        List<(int Book, string Action, string? Status, string Origin, string WhyNot, string Code, string State, string Reason)> changes,
        List<(int Audience, string Reason)> leftOut, IReadOnlyList<GuardHeld> lastHeld)
    {
        foreach (var (audience, reason) in leftOut)
        {
            yield return $"A row of {run.Job.Config.SegmentIds[audience]} is left out. {reason}";
        }

        foreach (var book in run.Books)
        {
            var wanted = destination.Mapping.Any(m => m.Book == book.No && audiences.Contains(m.Audience));
            var change = changes.Find(c => c.Book == book.No);
            var held =
                destination.Mapping.Where(m => m.Book == book.No).Select(m => read.Counts[m.Audience].Reading.HoldExits).FirstOrDefault(h => h is not null);
            var lost = destination.Mapping.Any(m => m.Book == book.No && read.MoreLost(m.Audience) is not null);
            if (change.Action is ChangeAction.Exit or ChangeAction.Enter or ChangeAction.Resubscribe or EnterSingly
                && lastHeld.FirstOrDefault(g => g.AddressBookId is null ? g.Guard is "mails" or "moves" : g.AddressBookId == book.Id) is { } guard)
            {
                yield return $"In the last run the guard {guard.Guard} held {(guard.AddressBookId is null ? "everything" : $"\"{book.Name}\"")}: "
                    + $"{guard.Actual:N0}, the limit is {guard.Limit}. If it holds again, the person stays as they are. If not:";
            }

            yield return change.Action switch
            {
                ChangeAction.Enter when change.State == "suppressed" =>
                    $"Is created again at Dotdigital, where somebody deleted the contact, and enters \"{book.Name}\": recreate_deleted is set.",
                ChangeAction.Enter => $"Enters \"{book.Name}\".",
                EnterSingly => $"Is added to \"{book.Name}\" by a call of its own, so that the book's join actions fire.",
                ChangeAction.UnderRemoval => $"Does not enter \"{book.Name}\" yet: another job of the data folder is just removing the person from it.",
                ChangeAction.Update => $"Is updated: mapped fields changed. Stays in \"{book.Name}\".",
                ChangeAction.Move =>
                    $"Stays in \"{book.Name}\" under this new address: the contact of the former one, which has the same key, is moved to it "
                    + "if Dotdigital still shows it there and nobody under the new one. Where somebody is, this address enters as "
                    + "a contact of its own, and the former one leaves.",
                ChangeAction.MoveUnclear =>
                    $"Is not put into \"{book.Name}\": the key belongs to another address that this job delivered, and it is not clear that "
                    + $"the contact may be moved. {change.Reason}",
                ChangeAction.MovedAway =>
                    $"Stays in \"{book.Name}\" as a contact: the profile with this address's key has another address now, and the contact is moved "
                    + "to that one if it is certain whose it is. Where that address is a contact already, this one leaves.",
                ChangeAction.Suppress or ChangeAction.StillSuppressed =>
                    $"Is left alone and not put into \"{book.Name}\": {change.Status ?? "suppressed"}.{(change.WhyNot.Length > 0 ? " " + change.WhyNot : "")}",
                ChangeAction.Resubscribe when run.Job.Config.Resubscribe =>
                    $"Is asked by email whether to come back, and enters \"{book.Name}\" by saying yes. "
                    + "Looked up first: only someone who unsubscribed is asked.",
                ChangeAction.Resubscribe => $"Is resubscribed, and enters \"{book.Name}\". Looked up first: only someone who unsubscribed is brought back.",
                ChangeAction.Await => $"Is asked through another book whether to come back; \"{book.Name}\" follows the answer.",
                ChangeAction.Leave when change.State == "failed" => $"Nothing is sent: no audience of \"{book.Name}\" has the person, who was not delivered.",
                ChangeAction.Leave => $"Nothing is sent: no audience of \"{book.Name}\" has the person, who had opted out.",
                ChangeAction.StillPending when change.Code == ReasonCode.Challenged =>
                    $"Stays pending in \"{book.Name}\" until the person answers the email that asks whether to come back.",
                ChangeAction.StillPending when change.Code == ReasonCode.UnansweredChallenge =>
                    $"Stays pending in \"{book.Name}\": a resubscription was sent and not answered, and counts as sent. "
                    + "rollcall retry --challenge sends it again.",
                ChangeAction.StillInvalid => $"Is not put into \"{book.Name}\": Dotdigital does not take the address.",
                ChangeAction.StillRemoved => $"Is not put back into \"{book.Name}\": the person was removed manually (on_foreign_removal: leave).",
                ChangeAction.StillPending => $"Stays pending in \"{book.Name}\" until the person confirms.",
                ChangeAction.Exit when held is not null => $"Stays in \"{book.Name}\" for now: the audience was not read completely. {held}",
                ChangeAction.Exit when lost && run.Job.Config.ExitAction != ExitAction.Ignore =>
                    $"Stays in \"{book.Name}\" for now: more rows of its audiences have no usable address than before, "
                    + "and the person may be behind one of them.",
                ChangeAction.Exit when run.Job.Config.ExitAction == ExitAction.Ignore =>
                    $"Stays in \"{book.Name}\", though no audience wants the person there: exit_action is ignore.",
                ChangeAction.Exit when change.Origin == "there" =>
                    $"Stays in \"{book.Name}\", though no audience wants the person there: the person was in it before this job.",
                ChangeAction.Exit when change.Origin == Claims.Claimed =>
                    $"Stays in \"{book.Name}\", though no audience of this job wants the person there: another job of the data folder does.",
                ChangeAction.Exit when run.Job.Config.ExitAction == ExitAction.Unsubscribe =>
                    $"Is unsubscribed from \"{book.Name}\", which cannot be undone: no audience of it has the person any more.",
                ChangeAction.Exit => $"Is removed from \"{book.Name}\": no audience of it has the person any more.",
                _ => wanted ? $"Nothing: is in \"{book.Name}\" with these values." : $"Nothing: no audience of \"{book.Name}\" has the person.",
            };
        }
    }

    /// <summary>What guards held in the last run that ended.</summary>
    private static IReadOnlyList<GuardHeld> LastHeld(RunContext run) => run.Store.Runs.LastResult(run.Job.Tag)?.Guards ?? [];

    private static string Text(DuckDB.NET.Data.DuckDBDataReader row, int column) => row.IsDBNull(column) ? "" : row.GetString(column);

    private static DateTimeOffset? Time(DuckDB.NET.Data.DuckDBDataReader row, int column) =>
        row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));
}
