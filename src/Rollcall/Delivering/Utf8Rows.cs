using DuckDB.NET.Data;
using DuckDB.NET.Native;
using Rollcall.Work;

namespace Rollcall.Delivering;

/// <summary>
/// Streams a query's rows of one unsigned number and one text as UTF-8 straight from DuckDB's vectors: no string, no allocation a row.
/// The span is valid until the next row.
/// </summary>
internal sealed unsafe class Utf8Rows : IDisposable
{
    private const int InlineLength = 12;

    private readonly DuckDBPreparedStatement _statement;
    private readonly CancellationToken _cancellation;
    private readonly RepeatedStop _stopping;
    private DuckDBResult _result;
    private DuckDBDataChunk? _chunk;
    private ulong* _keys;
    private byte* _texts;
    private ulong _rows;
    private ulong _next;

    /// <param name="cancellation">Stops the stream, in the middle of DuckDB's work too.</param>
    public Utf8Rows(DuckDBConnection connection, string sql, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _cancellation = cancellation;
        if (NativeMethods.PreparedStatements.DuckDBPrepare(connection.NativeConnection, sql, out _statement) != DuckDBState.Success)
        {
            var message = NativeMethods.PreparedStatements.DuckDBPrepareError(_statement);
            _statement.Dispose();
            throw new InvalidOperationException(message);
        }

        _stopping = new RepeatedStop(() => NativeMethods.Startup.DuckDBInterrupt(connection.NativeConnection), cancellation);
        if (NativeMethods.PreparedStatements.DuckDBExecutePreparedStreaming(_statement, out _result) != DuckDBState.Success)
        {
            var failed = Failed();
            Dispose();
            throw failed;
        }
    }

    public ulong Key => _keys[_next - 1];

    public ReadOnlySpan<byte> Text
    {
        get
        {
            // duckdb_string_t: a length, then the text itself when short, or four bytes of it and a pointer.
            var text = _texts + ((_next - 1) * 16);
            var length = *(int*)text;
            return length <= InlineLength ? new ReadOnlySpan<byte>(text + 4, length) : new ReadOnlySpan<byte>(*(byte**)(text + 8), length);
        }
    }

    public bool Read()
    {
        while (_next >= _rows)
        {
            _chunk?.Dispose();
            _chunk = NativeMethods.StreamingResult.DuckDBStreamFetchChunk(_result);
            if (_chunk.IsInvalid)
            {
                // The end and a failure look alike; only the result's error tells them apart.
                return NativeMethods.Query.DuckDBResultError(ref _result) is { Length: > 0 } ? throw Failed() : false;
            }

            _rows = NativeMethods.DataChunks.DuckDBDataChunkGetSize(_chunk);
            _next = 0;
            _keys = (ulong*)NativeMethods.Vectors.DuckDBVectorGetData(NativeMethods.DataChunks.DuckDBDataChunkGetVector(_chunk, 0));
            _texts = (byte*)NativeMethods.Vectors.DuckDBVectorGetData(NativeMethods.DataChunks.DuckDBDataChunkGetVector(_chunk, 1));
        }

        _next++;
        return true;
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _chunk?.Dispose();
        NativeMethods.Query.DuckDBDestroyResult(ref _result);
        _statement.Dispose();
    }

    private Exception Failed()
    {
        var said = new InvalidOperationException(NativeMethods.Query.DuckDBResultError(ref _result) ?? "The query failed.");
        return _cancellation.IsCancellationRequested ? new OperationCanceledException("The statement was cancelled.", said, _cancellation) : said;
    }
}
