using System.Globalization;
using DuckDB.NET.Data;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Recording;

/// <summary>
/// Status events as fields of profiles, by Lytics' default mapping of the stream: a Parquet file with a row an address, which audiences over
/// files can join. Each delivery rewrites the file beside itself and renames it into place. Of each account and book the file keeps the id
/// of the last event: one that comes again changes nothing, its time neither.
/// </summary>
internal sealed class ProfilesSink(ProfilesSinkOptions options, TimeProvider clock) : IStatusSink
{
    private const string Columns =
        "email VARCHAR, dm_account_status MAP(VARCHAR, VARCHAR), "
        + "dm_addressbook_status MAP(VARCHAR, VARCHAR), dm_addressbook_status_ts TIMESTAMP, event_ids MAP(VARCHAR, VARCHAR)";

    /// <summary>Makes the file, empty, where an audience of the job is to join it and no run has written it yet.</summary>
    public static void MakeFor(Job job)
    {
        if (job.StatusSink is not ProfilesSinkOptions { Path: var path } || File.Exists(path) || job.Source is not TablesSourceOptions tables
            || !tables.Files.Values.Any(file => file.Path == path))
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            using var duckdb = new DuckDBConnection("DataSource=:memory:");
            duckdb.Open();
            duckdb.Execute($"CREATE TABLE profile({Columns}); COPY profile TO {SqlText.Literal(path)} (FORMAT parquet)");
            FileModes.Restrict(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DuckDBException)
        {
            throw new RollcallException(ExitCode.Source, $"The table of profiles cannot be made: {e.Message}", job.Where("status_sink.profiles"),
                "Make its folder writable for this user.", e);
        }
    }

    public string Name => Path.GetFileName(options.Path);

    public async Task DeliverAsync(string runId, IAsyncEnumerable<StatusEvent> events, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(options.Path)!);

            // Two jobs may write to one file: the second one waits for the next run.
            await using var taken = Take(options.Path);
            DeleteUnfinished(options.Path);
            try
            {
                await WriteAsync(options.Path + ".tmp", options.Path + ".work", events, cancellation);
                File.Move(options.Path + ".tmp", options.Path, overwrite: true);
            }
            finally
            {
                DeleteUnfinished(options.Path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DuckDBException)
        {
            throw new StatusSinkException(e is DuckDBException duck ? DuckMessages.Masked(duck) : e.Message, e);
        }
    }

    private async Task WriteAsync(string unfinished, string work, IAsyncEnumerable<StatusEvent> events, CancellationToken cancellation)
    {
        using (var duckdb = new DuckDBConnection($"DataSource={work}"))
        {
            duckdb.Open();
            duckdb.Execute(
                $"SET memory_limit = '300MB'; SET preserve_insertion_order = false; SET TimeZone = 'UTC'; "
                + $"SET temp_directory = {SqlText.Literal(work + ".spill")}",
                cancellation);
            FileModes.Restrict(work);
            MemberKeySql.Register(duckdb);
            await TakeInAsync(duckdb, events, cancellation);
            await duckdb.ExecuteAsync($"COPY ({Merged(clock.GetUtcNow())}) TO {SqlText.Literal(unfinished)} (FORMAT parquet)", cancellation);
        }

        FileModes.Restrict(unfinished);
        await using var file = new FileStream(unfinished, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Keeps others from writing the file.</summary>
    /// <exception cref="IOException">Somebody writes it.</exception>
    public static FileStream Take(string path) =>
        new(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);

    /// <summary>Deletes what a delivery works with, and a killed one leaves.</summary>
    public static void DeleteUnfinished(string path)
    {
        File.Delete(path + ".tmp");
        File.Delete(path + ".work");
        File.Delete(path + ".work.wal");
        if (Directory.Exists(path + ".work.spill"))
        {
            Directory.Delete(path + ".work.spill", recursive: true);
        }
    }

    private async Task TakeInAsync(DuckDBConnection duckdb, IAsyncEnumerable<StatusEvent> events, CancellationToken cancellation)
    {
        duckdb.Execute($"""
            CREATE TABLE arriving(seq BIGINT, event_id VARCHAR, email VARCHAR, account VARCHAR, account_status VARCHAR, book VARCHAR, book_status VARCHAR);
            CREATE TABLE profile({Columns});
            """, cancellation);
        if (File.Exists(options.Path))
        {
            duckdb.Execute(
                $"""
                INSERT INTO profile SELECT email, dm_account_status, dm_addressbook_status, dm_addressbook_status_ts, event_ids
                FROM read_parquet({SqlText.Literal(options.Path)})
                """,
                cancellation);
        }

        using var appender = duckdb.CreateAppender("arriving");
        var seq = 0L;
        await foreach (var status in events.WithCancellation(cancellation))
        {
            var account = status.AccountId.ToString(CultureInfo.InvariantCulture);
            appender.CreateRow()
                .AppendValue(seq++)
                .AppendValue(status.EventId)
                .AppendValue(status.Email.Trim())
                .AppendValue(account)
                .AppendValue(status.AccountStatus)
                .AppendValue($"{account}_{status.AddressBookId.ToString(CultureInfo.InvariantCulture)}")
                .AppendValue(status.AddressBookStatus)
                .EndRow();
        }
    }

    private static string Merged(DateTimeOffset now) => $"""
        WITH told AS (SELECT {MemberKeySql.Of("email")} AS key, * REPLACE (lower(email) AS email) FROM arriving),
        p AS (
            SELECT {MemberKeySql.Of("email")} AS key, * FROM profile
            QUALIFY row_number() OVER (PARTITION BY {MemberKeySql.Of("email")} ORDER BY dm_addressbook_status_ts DESC, email) = 1),
        last AS (
            SELECT key, account, book, arg_max(email, seq) AS email, arg_max(event_id, seq) AS event_id, arg_max(account_status, seq) AS account_status,
                arg_max(book_status, seq) AS book_status, max(seq) AS seq
            FROM told GROUP BY key, account, book),
        fresh AS (
            SELECT l.* FROM last l LEFT JOIN p ON p.key = l.key
            WHERE p.event_ids[l.book] IS DISTINCT FROM l.event_id),
        accounts AS (
            SELECT key, map_from_entries(list((account, account_status))) AS statuses
            FROM (SELECT key, account, arg_max(account_status, seq) AS account_status FROM fresh GROUP BY key, account) GROUP BY key),
        books AS (
            SELECT key, arg_max(email, seq) AS email, map_from_entries(list((book, book_status))) AS statuses,
                   map_from_entries(list((book, event_id))) AS event_ids
            FROM fresh GROUP BY key)
        SELECT coalesce(b.email, p.email) AS email,
            map_concat(p.dm_account_status, a.statuses) AS dm_account_status,
            map_concat(p.dm_addressbook_status, b.statuses) AS dm_addressbook_status,
            CASE WHEN b.key IS NULL THEN p.dm_addressbook_status_ts
                ELSE TIMESTAMP '{now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture)}' END AS dm_addressbook_status_ts,
            map_concat(p.event_ids, b.event_ids) AS event_ids
        FROM p FULL OUTER JOIN (books b JOIN accounts a USING (key)) ON p.key = b.key
        ORDER BY 1
        """;
}
