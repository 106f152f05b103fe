using Rollcall.Dotdigital;

namespace Rollcall.Store;

/// <summary>
/// Who is deleted at Dotdigital, shared by all jobs of the account: opt-outs of status Deleted, which never replace an opt-out of the person's own.
/// </summary>
internal sealed class Deletions(RunContext run)
{
    /// <summary>The status such an opt-out has.</summary>
    public const string Status = nameof(ContactStatus.Deleted);

    /// <summary>What such an opt-out has for a cause.</summary>
    public const string Cause = "deleted";

    /// <summary>Keeps people who were looked up by id and by address, and are neither.</summary>
    public void Keep(IReadOnlyList<(string MemberKey, long? ContactId)> people)
    {
        if (people.Count == 0)
        {
            return;
        }

        run.Store.InTransaction(s =>
        {
            var no = OptOuts.NextNo(s);
            foreach (var (key, id) in people)
            {
                if (run.OptOuts.Forgotten?.Has(OptOuts.WholeAccount, key) == true)
                {
                    run.OptOuts.Forgotten.Learn(s, OptOuts.WholeAccount, key, Status, null);
                    continue;
                }

                // Whoever registers again is compared with this moment. An opt-out of their own stays what it is.
                s.Execute(
                    """
                    INSERT INTO opt_out(account_id, book_id, email_key, contact_id, status, cause, seen_no, deleted_at)
                    VALUES ($account, 0, $email, $contact, $status, $cause, $no, $now)
                    ON CONFLICT(account_id, book_id, email_key) DO UPDATE SET
                        contact_id = coalesce(excluded.contact_id, contact_id), deleted_at = excluded.deleted_at, lifted_at = NULL
                    """,
                    ("$account", run.Client.Account.Id), ("$email", key), ("$contact", id), ("$status", Status),
                    ("$now", run.Now), ("$cause", Cause), ("$no", no));
            }
        });
    }

    /// <summary>Lifts the deletions of people whom Dotdigital shows.</summary>
    public void Lift(IEnumerable<string> memberKeys) => run.Store.InTransaction(s =>
    {
        foreach (var key in memberKeys)
        {
            s.Execute(
                "UPDATE opt_out SET lifted_at = $now WHERE account_id = $account AND book_id = 0 AND email_key = $email AND status = $status",
                ("$now", run.Now), ("$account", run.Client.Account.Id), ("$email", key), ("$status", Status));
        }
    });

    /// <summary>Fills <c>deletion_seen(member_key, seen)</c> of the run's database.</summary>
    public void CopyTo(RunDatabase db)
    {
        db.Execute("CREATE OR REPLACE TABLE deletion_seen(member_key VARCHAR, seen BIGINT)");
        using var appender = db.Connection.CreateAppender("deletion_seen");
        run.Store.Query(
            "SELECT email_key, deleted_at FROM opt_out WHERE account_id = $account AND book_id = 0 AND deleted_at IS NOT NULL AND lifted_at IS NULL",
            row =>
            {
                appender.CreateRow().AppendValue(row.GetString(0)).AppendValue(row.GetInt64(1)).EndRow();
                return false;
            },
            ("$account", run.Client.Account.Id));
    }

    /// <summary>
    /// The manifests of calls of this account, by any job, that may have created a contact at a moment: calls whose end nobody knows, or that lasted
    /// until then.
    /// </summary>
    public IReadOnlyList<(bool Singly, string Manifest)> WritesAround(DateTimeOffset created)
    {
        var (from, to) = ((created - Margin).ToUnixTimeMilliseconds(), (created + Margin).ToUnixTimeMilliseconds());
        return [.. run.Store.Query(
            """
            SELECT kind, manifest FROM delivery
            WHERE account_id = $account AND kind IN ('import', 'move', 'add') AND state <> 'refused' AND manifest IS NOT NULL
              AND prepared_at <= $to AND (ended IS NULL OR ended >= $from)
            """,
            r => (r.GetString(0) == "add", r.GetString(1)), ("$account", run.Client.Account.Id), ("$from", from), ("$to", to))
            .Where(d => File.Exists(run.Folder.Full(d.Item2)))];
    }

    // A contact's moment is cut to the second, and clocks are read some seconds off.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);
}
