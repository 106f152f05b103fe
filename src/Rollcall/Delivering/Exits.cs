using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Delivering;

/// <summary>The exits of <c>change</c> that nothing holds: removals or unsubscriptions, as the job says, but not of people that another job claims.</summary>
internal sealed class Exits(RunContext run, Settlement settlement, SettledDeliveries settled)
{
    /// <summary>Fills the tables of who is to be removed or unsubscribed, from <c>change</c>.</summary>
    public void Prepare()
    {
        var removable = run.Job.Config.ExitAction == ExitAction.Remove ? Holds.Removable : "false";
        var unsubscribable = run.Job.Config.ExitAction == ExitAction.Unsubscribe ? Holds.Removable : "false";
        run.Db.Execute($"""
            CREATE OR REPLACE TABLE unsubscribing AS
            SELECT c.kh, c.member_key, b.book_id, 'exit' AS operation, c.email, NULL::VARCHAR AS profile_key, c.contact_id, c.origin, c.audience,
                   NULL::UBIGINT AS fields_hash, c.code AS known_code, '' AS fields
            FROM change c JOIN book b USING (book_no) WHERE {unsubscribable};
            CREATE OR REPLACE TABLE removal AS SELECT c.kh, c.member_key, c.email, c.contact_id, b.book_id FROM change c JOIN book b USING (book_no)
            WHERE {removable};
            CREATE OR REPLACE TABLE gone AS SELECT * FROM removal WHERE false;
            """);
    }

    /// <summary>Removes people, where the job does.</summary>
    public async Task RemoveAsync(CancellationToken cancellation)
    {
        await SameContact.KeepAsync(run, settlement, settled, cancellation);
        LeaveClaimed();
        await new Removals(run, settlement, settled).SendAsync(cancellation);
    }

    /// <summary>Unsubscribes people, where the job does.</summary>
    public Task UnsubscribeAsync(DirectCalls calls, CancellationToken cancellation) => new Unsubscribes(run, calls).SendAsync(LeaveClaimed, cancellation);

    /// <summary>Imports and single adds take hours: people that another job has put into a book since, or is about to, stay there after all.</summary>
    private void LeaveClaimed()
    {
        if (run.Db.Number("SELECT (SELECT count(*) FROM removal) + (SELECT count(*) FROM unsubscribing)") == 0 || !Claims.Mark(run))
        {
            return;
        }

        const string Claimed =
            "EXISTS (SELECT 1 FROM claimed k JOIN book b USING (book_no) WHERE k.kh = {0}.kh AND k.member_key = {0}.member_key AND b.book_id = {0}.book_id)";
        run.Db.Execute(
            $"""
            DELETE FROM removal WHERE {Claimed.Replace("{0}", "removal", StringComparison.Ordinal)};
            DELETE FROM unsubscribing
            WHERE {Claimed.Replace("{0}", "unsubscribing", StringComparison.Ordinal)}
            """);
        settled.RecordLocal(ClaimedOutcomes("SEMI JOIN claimed k ON k.kh = c.kh AND k.member_key = c.member_key AND k.book_no = c.book_no", run.Now));
    }

    /// <summary>The exits of <c>change</c> that another job's claim stops.</summary>
    public static string ClaimedOutcomes(string only, long now) => $"""
        SELECT c.kh, c.member_key, b.book_id, 'exit' AS operation, c.email, NULL::VARCHAR AS profile_key, c.contact_id, NULL::VARCHAR AS state,
               NULL::VARCHAR AS origin, NULL::VARCHAR AS audience,
               NULL::UBIGINT AS fields_hash, 'Omitted' AS outcome, '{ReasonCode.ClaimedByAnotherJob}' AS code, '{Claims.Reason}' AS reason,
               {now} AS told_at, NULL::VARCHAR AS account_status, NULL::VARCHAR AS book_status
        FROM change c {only} JOIN book b USING (book_no)
        WHERE c.action = '{ChangeAction.Exit}' AND c.origin = '{Claims.Claimed}' AND c.code IS DISTINCT FROM '{ReasonCode.ClaimedByAnotherJob}'
          AND {Holds.MayExit}
          AND {Holds.NotUnderWay}
        """;

    /// <summary>People who were to leave and are not at Dotdigital at all have left.</summary>
    public void RecordGone() => settled.RecordLocal(RemovalOutcomes.Removed("gone", "true", run.Now));
}
