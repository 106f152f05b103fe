using Npgsql;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Recording;

/// <summary>Status events as rows of a PostgreSQL table, which is created where it is missing; an event that is there already is not added again.</summary>
internal sealed class PostgresSink(PostgresSinkOptions options) : IStatusSink
{
    public string Name => $"the PostgreSQL table {options.Table}";

    public async Task DeliverAsync(string runId, IAsyncEnumerable<StatusEvent> events, CancellationToken cancellation)
    {
        try
        {
            await WriteAsync(runId, events, cancellation);
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or System.Net.Sockets.SocketException)
        {
            throw new StatusSinkException(e.Message, e);
        }
    }

    private async Task WriteAsync(string runId, IAsyncEnumerable<StatusEvent> events, CancellationToken cancellation)
    {
        var table = string.Join('.', options.Table.Split('.').Select(SqlText.Name));
        await using var connection = PostgresConnection.Of(new DatabaseUrl(options.Url, Name));
        await connection.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(
            connection,
            $"""
            CREATE TABLE IF NOT EXISTS {table}(
                event_id text PRIMARY KEY, email text NOT NULL, account_id bigint NOT NULL, account_status text NOT NULL,
                address_book_id bigint NOT NULL, address_book_status text NOT NULL, run_id text NOT NULL);
            CREATE TEMP TABLE arriving(event_id text, email text, account_id bigint, account_status text, address_book_id bigint, address_book_status text)
                ON COMMIT DROP
            """,
            cancellation);
        await using (var copy = await connection.BeginBinaryImportAsync("COPY arriving FROM STDIN (FORMAT binary)", cancellation))
        {
            await foreach (var status in events.WithCancellation(cancellation))
            {
                await copy.StartRowAsync(cancellation);
                await copy.WriteAsync(status.EventId, cancellation);
                await copy.WriteAsync(status.Email, cancellation);
                await copy.WriteAsync(status.AccountId, cancellation);
                await copy.WriteAsync(status.AccountStatus, cancellation);
                await copy.WriteAsync(status.AddressBookId, cancellation);
                await copy.WriteAsync(status.AddressBookStatus, cancellation);
            }

            await copy.CompleteAsync(cancellation);
        }

        await using var insert = new NpgsqlCommand($"INSERT INTO {table} SELECT *, $1 FROM arriving ON CONFLICT (event_id) DO NOTHING", connection);
        insert.Parameters.AddWithValue(runId);
        await insert.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
