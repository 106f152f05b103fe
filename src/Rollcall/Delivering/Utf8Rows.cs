using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Rollcall.Delivering;

/// <summary>
/// Streams a query's rows of one unsigned number and one text as UTF-8 straight from DuckDB's vectors: no string, no allocation a row.
/// The span is valid until the next row.
/// </summary>
internal sealed unsafe class Utf8Rows : IDisposable
{
    private const int InlineLength = 12;

    private readonly DuckDBPreparedStatement statement;
    private DuckDBResult result;
    private DuckDBDataChunk? chunk;
    private ulong* keys;
    private byte* texts;
    private ulong rows;
    private ulong next;

    public Utf8Rows(DuckDBConnection connection, string sql)
    {
        if (NativeMethods.PreparedStatements.DuckDBPrepare(connection.NativeConnection, sql, out statement) != DuckDBState.Success)
        {
            var message = NativeMethods.PreparedStatements.DuckDBPrepareError(statement);
            statement.Dispose();
            throw new InvalidOperationException(message);
        }

        if (NativeMethods.PreparedStatements.DuckDBExecutePreparedStreaming(statement, out result) != DuckDBState.Success)
        {
            throw Failed();
        }
    }

    public ulong Key => keys[next - 1];

    public ReadOnlySpan<byte> Text
    {
        get
        {
            // duckdb_string_t: a length, then the text itself when short, or four bytes of it and a pointer.
            var text = texts + ((next - 1) * 16);
            var length = *(int*)text;
            return length <= InlineLength ? new ReadOnlySpan<byte>(text + 4, length) : new ReadOnlySpan<byte>(*(byte**)(text + 8), length);
        }
    }

    public bool Read()
    {
        while (next >= rows)
        {
            chunk?.Dispose();
            chunk = NativeMethods.StreamingResult.DuckDBStreamFetchChunk(result);
            if (chunk.IsInvalid)
            {
                // The end and a failure look alike; only the result's error tells them apart.
                return NativeMethods.Query.DuckDBResultError(ref result) is { Length: > 0 } ? throw Failed() : false;
            }

            rows = NativeMethods.DataChunks.DuckDBDataChunkGetSize(chunk);
            next = 0;
            keys = (ulong*)NativeMethods.Vectors.DuckDBVectorGetData(NativeMethods.DataChunks.DuckDBDataChunkGetVector(chunk, 0));
            texts = (byte*)NativeMethods.Vectors.DuckDBVectorGetData(NativeMethods.DataChunks.DuckDBDataChunkGetVector(chunk, 1));
        }

        next++;
        return true;
    }

    public void Dispose()
    {
        chunk?.Dispose();
        NativeMethods.Query.DuckDBDestroyResult(ref result);
        statement.Dispose();
    }

    private InvalidOperationException Failed() => new(NativeMethods.Query.DuckDBResultError(ref result) ?? "The query failed.");
}
