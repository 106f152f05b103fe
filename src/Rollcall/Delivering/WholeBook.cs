using Rollcall.Running;

namespace Rollcall.Delivering;

/// <summary>Reads a book to its end, 5,000 contacts a call, and at most once a run.</summary>
internal static class WholeBook
{
    private const string Prefix = "whole_book_";

    /// <summary>The table of the book's people, as <see cref="BookReading"/> has it.</summary>
    public static async Task<string> ReadAsync(RunContext run, long book, CancellationToken cancellation)
    {
        var table = $"{Prefix}{book}";
        if (!Tables(run).Contains(table))
        {
            const string Reading = "book_being_read";
            run.Db.Execute($"CREATE OR REPLACE TABLE {Reading} AS FROM {BookReading.Empty}");
            await BookReading.ReadAsync(run, book, null, Reading, cancellation);
            run.Db.Execute($"ALTER TABLE {Reading} RENAME TO {table}");
        }

        return table;
    }

    /// <summary>The tables of the books that this run has read.</summary>
    public static IReadOnlyList<string> Tables(RunContext run) =>
        run.Db.Query($"SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, '{Prefix}') ORDER BY 1", row => row.GetString(0));
}
