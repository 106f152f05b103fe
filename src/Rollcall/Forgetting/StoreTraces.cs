using System.Text.Json;
using Rollcall.Store;

namespace Rollcall.Forgetting;

/// <summary>Erases a person from the store, and from the pages that its file keeps of what was deleted.</summary>
internal sealed class StoreTraces(SqliteStore store, Trace trace)
{
    /// <summary>Deletes the person's rows and takes the address out of what else names it; counts the rows.</summary>
    public long Erase() => store.InTransaction(s =>
    {
        var erased = 0L;
        foreach (var table in s.Query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", r => r.GetString(0)))
        {
            foreach (var column in s.Query($"SELECT name FROM pragma_table_info({SqlText.Literal(table)}) WHERE type = 'TEXT'", r => r.GetString(0)))
            {
                erased += column is "member_key" or "email_key" or "email"
                    ? EraseRows(s, SqlText.Name(table), SqlText.Name(column))
                    : (table, column) is ("run", "result") ? EraseResults(s) : EraseText(s, SqlText.Name(table), SqlText.Name(column));
            }
        }

        return erased;
    });

    /// <summary>Rewrites the store's file, so that no free page and no log keeps what was deleted.</summary>
    /// <exception cref="RollcallException">Another command reads the store just now.</exception>
    public void EraseFreePages()
    {
        store.Execute("PRAGMA secure_delete = ON");
        store.Execute("VACUUM");
        if (store.Query("PRAGMA wal_checkpoint(TRUNCATE)", r => r.GetInt64(0)) is [not 0])
        {
            throw new RollcallException(ExitCode.Busy, "Another command reads the data folder: the person is erased, but the store's log still has a copy.", null, "Repeat the command when the other has ended.");
        }
    }

    private long EraseRows(SqliteStore s, string table, string column) => s.Query($"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL", r => r.GetString(0))
        .Where(trace.Is)
        .Sum(written => (long)s.Execute($"DELETE FROM {table} WHERE {column} = $written", ("$written", written)));

    private long EraseResults(SqliteStore s)
    {
        var erased = 0L;
        foreach (var (id, text) in s.Query("SELECT run_id, result FROM run WHERE result IS NOT NULL", r => (r.GetString(0), r.GetString(1))))
        {
            var result = JsonSerializer.Deserialize<RunResult>(text, ResultJson.Options)!;
            var without = result with
            {
                Failures = [.. result.Failures.Where(f => !trace.Is(f.Email)).Select(f => f with { Reason = trace.Erased(f.Reason) })],
                Changes = result.Changes is null ? null : [.. result.Changes.Where(c => !trace.Is(c.Email))],
                Notices = [.. result.Notices.Select(trace.Erased)],
            };
            var written = JsonSerializer.Serialize(without, ResultJson.Options);
            if (written != JsonSerializer.Serialize(result, ResultJson.Options))
            {
                erased += s.Execute("UPDATE run SET result = $result WHERE run_id = $id", ("$result", written), ("$id", id));
            }
        }

        return erased;
    }

    private long EraseText(SqliteStore s, string table, string column)
    {
        var erased = 0L;
        foreach (var text in s.Query($"SELECT DISTINCT {column} FROM {table} WHERE {column} LIKE '%@%' OR {column} LIKE '%\\%40%' ESCAPE '\\'", r => r.GetString(0)).Where(trace.IsIn))
        {
            erased += s.Execute($"UPDATE {table} SET {column} = $new WHERE {column} = $old", ("$new", trace.Erased(text)), ("$old", text));
        }

        return erased;
    }
}
