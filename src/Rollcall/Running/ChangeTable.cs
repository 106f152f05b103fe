using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Running;

/// <summary>The table <c>change</c>: a row a member and book of which something is to be said or done.</summary>
internal static class ChangeTable
{
    /// <summary>Deletes the members of a table who have none of these changes.</summary>
    public static void DeleteIdle(RunDatabase db, string table, params IEnumerable<string> actions) => db.Execute($"""
        DELETE FROM {table} WHERE NOT EXISTS (SELECT 1 FROM change c WHERE c.kh = {table}.kh AND c.member_key = {table}.member_key
            AND c.action IN ({string.Join(", ", actions.Select(a => SqlText.Literal(a)))}))
        """);
}
