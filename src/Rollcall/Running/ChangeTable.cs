using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Running;

/// <summary>The table <c>change</c>: a row a member and book of which something is to be said or done.</summary>
internal static class ChangeTable
{
    /// <summary>Makes the table, empty, with those of the books and of the values of members who enter or are updated.</summary>
    public static void Create(RunDatabase db, IReadOnlyList<RunBook> books)
    {
        db.Execute("""
            CREATE OR REPLACE TABLE book(book_no USMALLINT, book_id BIGINT, released BOOLEAN);
            CREATE OR REPLACE TABLE change(
                kh UBIGINT, member_key VARCHAR, book_no USMALLINT, action VARCHAR, audiences UHUGEINT, audience VARCHAR,
                email VARCHAR, contact_id BIGINT, origin VARCHAR, state VARCHAR, code VARCHAR, reason VARCHAR,
                status VARCHAR, status_of_account BOOLEAN, status_since BIGINT, why_not VARCHAR);
            CREATE OR REPLACE TABLE changed(
                kh UBIGINT, member_key VARCHAR, email VARCHAR, profile_key VARCHAR, contact_id BIGINT, given_id BIGINT,
                fields VARCHAR, fields_hash UBIGINT);
            """);
        foreach (var book in books)
        {
            db.Execute($"INSERT INTO book VALUES ({book.No}, {book.Id?.ToString() ?? "NULL"}, {book.Released})");
        }
    }

    /// <summary>Deletes the members of a table who have none of these changes.</summary>
    public static void DeleteIdle(RunDatabase db, string table, params IEnumerable<string> actions) => db.Execute($"""
        DELETE FROM {table} WHERE NOT EXISTS (SELECT 1 FROM change c WHERE c.kh = {table}.kh AND c.member_key = {table}.member_key
            AND c.action IN ({string.Join(", ", actions.Select(a => SqlText.Literal(a)))}))
        """);
}
