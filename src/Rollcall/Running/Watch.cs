using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Running;

/// <summary>
/// People that later runs look at again, because the end of a write about them is not known. They get on it in the transaction that settles the write,
/// and stay for the job's <c>watch_for</c>. Times are Dotdigital's.
/// </summary>
internal sealed class Watch(RunContext run)
{
    /// <summary>The columns of a query that puts people on the watch, and of <c>watched</c> in the run's database beside the times.</summary>
    public const string Columns = "member_key, book_id, kind, why, email, contact_id";

    private readonly IWatch _kept = run.Store.Watch(run.Job.Tag, run.Client.Account.Id);

    /// <summary>The members whose values may be overwritten late.</summary>
    public IReadOnlyList<string> ValueKeys => _kept.ValueKeys;

    /// <summary>
    /// Copies the job's watch into <c>watched(kh, member_key, book_id, kind, why, email, contact_id, since, until, settled_at)</c>; says how many rows it has.
    /// </summary>
    public long CopyTo(RunDatabase db)
    {
        db.Execute("""
            CREATE OR REPLACE TABLE watched_raw(
                member_key VARCHAR, book_id BIGINT, kind VARCHAR, why VARCHAR, email VARCHAR, contact_id BIGINT, since BIGINT, until BIGINT, settled_at BIGINT)
            """);
        using (var appender = db.Connection.CreateAppender("watched_raw"))
        {
            _kept.All(one =>
            {
                db.StopIfCancelled();
                appender.CreateRow().AppendValue(one.MemberKey).AppendValue(one.BookId).AppendValue(one.Kind).AppendValue(one.Why)
                    .AppendValue(one.Email).AppendValue(one.ContactId).AppendValue(one.Since).AppendValue(one.Until).AppendValue(one.SettledAt).EndRow();
            });
        }

        db.Execute("CREATE OR REPLACE TABLE watched AS SELECT md5_number_lower(member_key) AS kh, * FROM watched_raw; DROP TABLE watched_raw");
        return db.Number("SELECT count(*) FROM watched");
    }

    /// <summary>Those who are to get on the watch, from now on.</summary>
    /// <param name="query">A query of <see cref="Columns"/>; null for nobody.</param>
    /// <param name="since">When the write was sent; what is applied late is applied after it.</param>
    public WatchEntry Entry(string? query, long since) => new(
        query is null ? [] : run.Db.Query(
            $"SELECT {Columns} FROM ({query})",
            r => new WatchedPerson(
                r.GetString(0), r.GetInt64(1), r.GetString(2), r.GetString(3), r.IsDBNull(4) ? "" : r.GetString(4), r.IsDBNull(5) ? null : r.GetInt64(5))),
        since,
        run.Now + (long)run.Job.WatchFor.TotalMilliseconds);

    /// <summary>Puts people on the watch, or keeps them on it for longer, from now on.</summary>
    public void Enter(string query, long since)
    {
        if (Entry(query, since) is { People.Count: > 0 } entry)
        {
            _kept.Enter(entry);
        }
    }

    /// <summary>Takes people of some kinds off the watch.</summary>
    public void Leave(IEnumerable<PersonInBook> people, string kind) => _kept.Leave(people, kind);

    /// <summary>Takes everybody off the watch whose time was over when this run looked at them. Insight records go once more first.</summary>
    public void LeaveWhoWasLookedAt(long looked) => _kept.LeaveBefore(looked);
}
