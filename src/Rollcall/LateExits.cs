using Rollcall.Comparing;
using Rollcall.Delivering;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Planning;
using Rollcall.Running;

namespace Rollcall;

/// <summary>
/// The exits of a look at the watch: of people that the ledger says had left, and that a late write put into their book. Their row goes on saying that they
/// left, so that a look that is killed, held or refused is followed by another that sees the same. Who may not leave now is recorded as a run does it.
/// </summary>
internal sealed class LateExits(RunContext run, WatchLook watch, SettledDeliveries settled)
{
    /// <summary>Finds who had left; gives the others of <see cref="WatchLook.Late"/>, who count as delivered, and of whom only a run knows whether they
    /// are still wanted.</summary>
    /// <param name="ledger">The relation of the ledger.</param>
    public string Find(string ledger)
    {
        ChangeTable.Create(run.Db, run.Books);
        Moves.None(run.Db);
        var origin = run.Job.ExitExisting ? "l.origin IS NOT NULL" : "l.origin = 'ours'";
        run.Db.Execute($"""
            CREATE OR REPLACE TABLE late AS {watch.Late(ledger)};
            CREATE OR REPLACE TABLE departed AS
            SELECT t.*, b.book_no, l.audience AS known_by, l.code AS known_code
            FROM late t JOIN {ledger} l ON l.kh = t.kh AND l.member_key = t.member_key AND l.book_id = t.book_id JOIN book b ON b.book_id = t.book_id
            WHERE l.state = 'left' AND l.code IS DISTINCT FROM '{ReasonCode.RemovedAtDotdigital}' AND {origin}
                AND {(run.Job.Config.ExitAction == ExitAction.Ignore ? "false" : "true")};
            """);
        return "FROM late t ANTI JOIN departed d ON d.kh = t.kh AND d.member_key = t.member_key AND d.book_id = t.book_id";
    }

    /// <summary>Lets them leave, as far as guards, claims and opt-outs allow.</summary>
    /// <param name="ledger">The relation of the ledger.</param>
    /// <returns>What guards hold.</returns>
    public async Task<GuardVerdict> SendAsync(string ledger, CancellationToken cancellation)
    {
        // Who opted out is kept as that, and was unsubscribed again where our write lifted it: a removal could take the opt-out along.
        run.Db.Execute($"""
            INSERT INTO change(kh, member_key, book_no, action, audience, email, contact_id, origin, state, code)
            SELECT kh, member_key, book_no, '{ChangeAction.Exit}', known_by, email, contact_id, 'ours', 'left', known_code FROM departed d
            WHERE NOT EXISTS (SELECT 1 FROM opt_out o WHERE o.kh = d.kh AND o.email_key = d.member_key AND o.book_id IN (0, d.book_id))
                AND NOT EXISTS (SELECT 1 FROM opt_out o WHERE o.contact_id = d.contact_id AND o.book_id IN (0, d.book_id))
            """);
        var books = run.Books.Where(b => b.Id is not null).Select(b => b.Id!.Value).ToList();
        run.Db.Execute($"CREATE OR REPLACE TABLE there_sorted AS SELECT * FROM {new AlreadyThere(run).Kept(books)} ORDER BY kh");
        Whose.KeepThere(run, "there_sorted", ledger, new ComparisonCounts());
        Claims.Mark(run);
        var verdict = Guards.Judge(run.Job, [.. run.Books.Select(b => Load(b, ledger))], 0, run.Allow, early: run.HeldEarly);
        foreach (var book in verdict.Books)
        {
            run.Db.Execute($"INSERT INTO held_book VALUES ({book})");
        }

        var settlement = new Settlement(run, new ReadBack(run), settled);
        var exits = new Exits(run, settlement, settled);
        exits.Prepare();
        await exits.RemoveAsync(cancellation);
        await exits.UnsubscribeAsync(new DirectCalls(run, settlement, settled, new LateOptOuts(run)), cancellation);
        await settlement.SettleAllAsync(cancellation);
        exits.RecordGone();
        RecordStaying();
        return verdict;
    }

    /// <summary>
    /// Who stays for another job, or was there before, counts as delivered from now on; and so does who could not leave before their watch was over. The next
    /// run goes on with them.
    /// </summary>
    private void RecordStaying() => settled.RecordLocal($"""
        SELECT d.* EXCLUDE (book_no, known_by, known_code) REPLACE (
            CASE c.origin WHEN '{Claims.Claimed}' THEN 'Omitted' ELSE d.outcome END AS outcome,
            CASE c.origin WHEN '{Claims.Claimed}' THEN '{ReasonCode.ClaimedByAnotherJob}' ELSE d.code END AS code,
            CASE c.origin WHEN '{Claims.Claimed}' THEN '{Claims.Reason}' ELSE d.reason END AS reason)
        FROM departed d JOIN change c ON c.kh = d.kh AND c.member_key = d.member_key AND c.book_no = d.book_no
        WHERE c.origin <> 'ours' OR (
            EXISTS (SELECT 1 FROM watched w WHERE w.kh = d.kh AND w.member_key = d.member_key AND w.book_id = d.book_id AND {watch.Over})
            AND NOT EXISTS (SELECT 1 FROM {OutcomeFiles.Relation(run.Folder, settled.All)} o WHERE o.kh = d.kh AND o.member_key = d.member_key
                AND o.book_id = d.book_id AND o.operation = 'exit' AND o.state IS NOT NULL))
        """);

    private BookLoad Load(RunBook book, string ledger)
    {
        var exits = run.Db.Number($"SELECT count(*) FROM change WHERE book_no = {book.No} AND origin = 'ours'");
        var held = run.Db.Number($"SELECT count(*) FROM exits_held WHERE book_no = {book.No}") > 0;

        // In a run, they would count among the members that the job has in the book.
        var members = run.Db.Number($"SELECT count(*) FROM {ledger} WHERE book_id = {book.Id ?? 0} AND state = 'delivered' "
            + (run.Job.ExitExisting ? "AND origin IS NOT NULL" : "AND origin = 'ours'"));
        return new BookLoad(book, 0, held ? 0 : exits, members + exits, 0, []);
    }
}
