using Rollcall.Running;

namespace Rollcall.Delivering;

/// <summary>Reads a book to its end, 5,000 contacts a call, and at most once a run.</summary>
internal static class WholeBook
{
    /// <summary>The table of the book's people, as <see cref="BookReading"/> has it.</summary>
    public static async Task<string> ReadAsync(RunContext run, long book, CancellationToken cancellation)
    {
        var table = $"whole_book_{book}";
        if (!run.BooksRead.Contains(book))
        {
            run.Db.Execute($"CREATE OR REPLACE TABLE {table}(kh UBIGINT, email_key VARCHAR, contact_id BIGINT, book_id BIGINT, account_status VARCHAR, list_status VARCHAR, updated BIGINT, named BOOLEAN)");
            await BookReading.ReadAsync(run, book, null, table, cancellation);
            run.BooksRead.Add(book);
        }

        return table;
    }
}
