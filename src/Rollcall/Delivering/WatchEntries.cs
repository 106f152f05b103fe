using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>Who gets on the watch when a delivery is settled whose end is not sure, and whose values are sure again.</summary>
internal sealed class WatchEntries(RunContext run)
{
    private readonly Watch _watch = new(run);

    /// <summary>What the end of a delivery means for the watch; null for nothing.</summary>
    /// <param name="outcomes">The file of its outcomes.</param>
    /// <param name="why">Why people are looked at again; null where nobody is.</param>
    /// <param name="only">The condition, on a row of the outcomes, of those people.</param>
    /// <param name="ended">When all of it was surely done; null where unknown.</param>
    public WatchChange? Of(Delivery delivery, string outcomes, string? why, string only, DateTimeOffset? ended)
    {
        var prepared = delivery.PreparedAt.ToUnixTimeMilliseconds();
        var people = why is null || delivery.Manifest is null ? null : People(delivery, $"(SELECT * FROM {run.Rows(outcomes)} WHERE {only})", why);
        var entry = _watch.Entry(people, prepared);
        var sure = ended is null ? [] : OnWatch(outcomes, "fields_hash IS NOT NULL");
        var touched = delivery.Kind is DeliveryKind.Import or DeliveryKind.Add or DeliveryKind.Local ? [] : OnWatch(outcomes, "true");

        // When a delivery of an earlier run ended, nobody looked: what is applied late may have come after it.
        var sureAt = delivery.RunId == run.RunId ? ended?.ToUnixTimeMilliseconds() ?? run.Now : prepared;
        return entry.People.Count == 0 && sure.Count == 0 && touched.Count == 0 ? null : new WatchChange(entry, sure, sureAt, touched, run.Now);
    }

    /// <summary>Puts the people of a removal on the watch that Dotdigital took and has not finished.</summary>
    public void NotFinished(Delivery delivery) =>
        _watch.Enter(People(delivery, run.Rows(delivery.Manifest!), WatchReason.NotFinished), delivery.PreparedAt.ToUnixTimeMilliseconds());

    private static string People(Delivery delivery, string rows, string why)
    {
        string Of(string kind, string book, string where) =>
            $"""
            SELECT member_key, {book} AS book_id, '{kind}' AS kind, {SqlText.Literal(why)} AS why, any_value(email) AS email, max(contact_id) AS contact_id
            FROM {rows} WHERE {where}
            GROUP BY 1, 2
            """;
        if (delivery.Kind is DeliveryKind.Removal or DeliveryKind.Unsubscribe)
        {
            return Of(WatchKind.Removal, "book_id", "book_id IS NOT NULL");
        }

        if (delivery.Kind == DeliveryKind.Move)
        {
            return Of(WatchKind.Values, "0", $"operation = '{ChangeAction.Move}'");
        }

        return $"""
            {Of(WatchKind.Entry, "book_id", $"book_id IS NOT NULL AND operation IN ('{ChangeAction.Enter}', '{ChangeAction.Resubscribe}')")}
            UNION ALL
            {Of(WatchKind.Status, "book_id", $"book_id IS NOT NULL AND operation = '{ChangeAction.Resubscribe}'")}
            UNION ALL
            {Of(WatchKind.Values, "0", delivery.Kind == DeliveryKind.Resubscribe ? "false" : "true")}
            """;
    }

    /// <summary>People whose values are on the watch and who were in this delivery.</summary>
    private List<string> OnWatch(string outcomes, string only)
    {
        var keys = _watch.ValueKeys;
        if (keys.Count == 0)
        {
            return [];
        }

        run.Db.Execute("CREATE OR REPLACE TABLE watched_value(member_key VARCHAR)");
        using (var appender = run.Db.Connection.CreateAppender("watched_value"))
        {
            keys.ToList().ForEach(key => appender.CreateRow().AppendValue(key).EndRow());
        }

        return run.Db.Query(
            $"SELECT DISTINCT member_key FROM {run.Rows(outcomes)} SEMI JOIN watched_value USING (member_key) WHERE outcome = 'Delivered' AND {only}",
            r => r.GetString(0));
    }
}
