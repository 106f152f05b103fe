using DuckDB.NET.Data;
using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// Reads a book's contacts, 5,000 a page, into a table of <c>kh, email_key, contact_id, book_id, account_status, list_status, updated, named</c>.
/// </summary>
internal static class BookReading
{
    /// <summary>Such a table, empty.</summary>
    public const string Empty = """
        (SELECT NULL::UBIGINT AS kh, NULL::VARCHAR AS email_key, NULL::BIGINT AS contact_id, NULL::BIGINT AS book_id, NULL::VARCHAR AS account_status,
            NULL::VARCHAR AS list_status, NULL::BIGINT AS updated, NULL::BOOLEAN AS named WHERE false)
        """;

    public static async Task ReadAsync(RunContext run, long book, DateTimeOffset? since, string table, CancellationToken cancellation)
    {
        if (run.IsGone(book))
        {
            return;
        }

        run.Db.Execute("CREATE OR REPLACE TABLE book_row(email_key VARCHAR, contact_id BIGINT, account_status VARCHAR, list_status VARCHAR, updated BIGINT)");
        List<SeenOptOut> shown = [];
        using (var appender = run.Db.Connection.CreateAppender("book_row"))
        {
            var read = 0L;
            await foreach (var contact in run.Client.Contacts.ReadBookAsync(book, since, cancellation))
            {
                var key = contact.Email is { } email ? MemberKey.Of(email) : "";
                Append(appender, contact, key, book);

                // Opt-outs of anybody, and of any book: the page may be read for a few people, and a feed may lack the others.
                shown.AddRange(SeenOptOuts.Of(key, contact, named: false));
                if (shown.Count >= DotdigitalLimits.PageV3)
                {
                    run.OptOuts.KeepSeen(shown);
                    shown.Clear();
                }

                if (++read % DotdigitalLimits.PageV3 == 0)
                {
                    run.Progress?.Report(new RunProgress("read book", read, null, "contacts"));
                }
            }
        }

        run.OptOuts.KeepSeen(shown);
        run.Db.Execute(
            $"""
            INSERT INTO {table} SELECT {MemberKeySql.Hash("email_key")}, email_key, contact_id, {book}, account_status, list_status, updated, false
            FROM book_row
            """);
    }

    private static void Append(DuckDBAppender appender, Contact contact, string key, long book)
    {
        var row = appender.CreateRow()
            .AppendValue(key)
            .AppendValue(contact.Id)
            .AppendValue(contact.Status.ToString())
            .AppendValue(contact.StatusIn(book)?.ToString());
        _ = contact.Updated is { } updated ? row.AppendValue(updated.ToUnixTimeMilliseconds()) : row.AppendNullValue();
        row.EndRow();
    }
}
