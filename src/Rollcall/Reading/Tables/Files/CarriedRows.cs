using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using DuckDB.NET.Native;
using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Reading.Tables.Files;

/// <summary>
/// Rows of a query in one DuckDB as a table of another: a table function there returns the vectors of this one, without copying values.
/// Each scan runs the query again.
/// </summary>
internal sealed unsafe partial class CarriedRows : IDisposable
{
    private static int _functions;

    private readonly DuckDBConnection _source;
    private readonly string _sql;
    private readonly string _where;
    private readonly Func<StatementLimit> _limits;
    private readonly Lock _guard = new();
    private DuckDBPreparedStatement? _statement;
    private DuckDBResult _result;
    private bool _streaming;
    private StatementLimit? _limit;
    private RepeatedStop? _stopping;

    /// <param name="source">The database that runs the query; disposed of with this.</param>
    /// <param name="where">The audience, for messages.</param>
    /// <param name="limits">Makes the limit of a scan.</param>
    public CarriedRows(DuckDBConnection source, string sql, string where, Func<StatementLimit> limits) =>
        (_source, _sql, _where, _limits) = (source, sql, where, limits);

    /// <summary>Why the last scan failed; null when it did not.</summary>
    public RollcallException? Failure { get; private set; }

    /// <summary>Makes the rows a relation of another database.</summary>
    public string RelationIn(DuckDBConnection target)
    {
        var name = $"carried_rows_{Interlocked.Increment(ref _functions)}";
        var function = NativeMethods.TableFunction.DuckDBCreateTableFunction();
        NativeMethods.TableFunction.DuckDBTableFunctionSetName(function, name);
        NativeMethods.TableFunction.DuckDBTableFunctionSetBind(function, &Bind);
        NativeMethods.TableFunction.DuckDBTableFunctionSetInit(function, &Init);
        NativeMethods.TableFunction.DuckDBTableFunctionSetFunction(function, &Fill);
        var handle = GCHandle.Alloc(new WeakReference<CarriedRows>(this));
        NativeMethods.TableFunction.DuckDBTableFunctionSetExtraInfo(function, GCHandle.ToIntPtr(handle), &Free);
        var state = NativeMethods.TableFunction.DuckDBRegisterTableFunction(target.NativeConnection, function);
        NativeMethods.TableFunction.DuckDBDestroyTableFunction(ref function);
        return state == DuckDBState.Success ? $"{name}()" : throw new InvalidOperationException($"The function {name} cannot be registered.");
    }

    public void Dispose()
    {
        lock (_guard)
        {
            End();
        }

        _source.Dispose();
    }

    private static CarriedRows Of(IntPtr extra) =>
        ((WeakReference<CarriedRows>)GCHandle.FromIntPtr(extra).Target!).TryGetTarget(out var rows)
            ? rows
            : throw new InvalidOperationException("The rows are gone.");

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Free(IntPtr extra) => GCHandle.FromIntPtr(extra).Free();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Bind(IntPtr info)
    {
        // No exception may reach unmanaged code: it becomes an error there.
        try
        {
            Of(NativeMethods.TableFunction.DuckDBBindGetExtraInfo(info)).AddColumns(info);
        }
        catch (Exception e)
        {
            NativeMethods.TableFunction.DuckDBBindSetError(info, e.Message);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Init(IntPtr info)
    {
        try
        {
            Of(NativeMethods.TableFunction.DuckDBInitGetExtraInfo(info)).Begin();
            SetMaxThreads(info, (ulong)Math.Clamp(Environment.ProcessorCount, 1, 8));
        }
        catch (Exception e)
        {
            NativeMethods.TableFunction.DuckDBInitSetError(info, e.Message);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Fill(IntPtr info, IntPtr chunk)
    {
        try
        {
            Of(NativeMethods.TableFunction.DuckDBFunctionGetExtraInfo(info)).Next(chunk);
        }
        catch (Exception e)
        {
            NativeMethods.TableFunction.DuckDBFunctionSetError(info, e.Message);
        }
    }

    private void AddColumns(IntPtr info)
    {
        var state = NativeMethods.Query.DuckDBQuery(_source.NativeConnection, $"SELECT * FROM ({_sql}) AS rows LIMIT 0", out var columns);
        try
        {
            if (state != DuckDBState.Success)
            {
                throw new InvalidOperationException(NativeMethods.Query.DuckDBResultError(ref columns));
            }

            for (var i = 0; i < (int)NativeMethods.Query.DuckDBColumnCount(ref columns); i++)
            {
                using var type = NativeMethods.Query.DuckDBColumnLogicalType(ref columns, i);
                NativeMethods.TableFunction.DuckDBBindAddResultColumn(info, NativeMethods.Query.DuckDBColumnName(ref columns, i), type);
            }
        }
        finally
        {
            NativeMethods.Query.DuckDBDestroyResult(ref columns);
        }
    }

    /// <summary>Begins a scan, and ends an unfinished one.</summary>
    private void Begin()
    {
        lock (_guard)
        {
            End();
            Failure = null;
            _limit = _limits();
            _stopping = _limit.Stops(() => NativeMethods.Startup.DuckDBInterrupt(_source.NativeConnection));
            if (NativeMethods.PreparedStatements.DuckDBPrepare(_source.NativeConnection, _sql, out _statement) != DuckDBState.Success)
            {
                throw Failed(NativeMethods.PreparedStatements.DuckDBPrepareError(_statement));
            }

            _streaming = true;
            if (NativeMethods.PreparedStatements.DuckDBExecutePreparedStreaming(_statement, out _result) != DuckDBState.Success)
            {
                throw Failed(NativeMethods.Query.DuckDBResultError(ref _result));
            }
        }
    }

    /// <summary>Gives the next rows to a chunk of the other database; none at the end. Several of its threads may ask.</summary>
    private void Next(IntPtr chunk)
    {
        DuckDBDataChunk rows;
        lock (_guard)
        {
            if (!_streaming)
            {
                SetSize(chunk, 0);
                return;
            }

            rows = NativeMethods.StreamingResult.DuckDBStreamFetchChunk(_result);
            if (rows.IsInvalid)
            {
                // The end and a failure look alike; only the result's error distinguishes them.
                var error = NativeMethods.Query.DuckDBResultError(ref _result);
                if (error is { Length: > 0 })
                {
                    throw Failed(error);
                }

                End();
                SetSize(chunk, 0);
                return;
            }
        }

        using (rows)
        {
            for (var i = 0; i < (int)NativeMethods.DataChunks.DuckDBDataChunkGetColumnCount(rows); i++)
            {
                ReferenceVector(Vector(chunk, (ulong)i), NativeMethods.DataChunks.DuckDBDataChunkGetVector(rows, i));
            }

            SetSize(chunk, NativeMethods.DataChunks.DuckDBDataChunkGetSize(rows));
        }
    }

    private RollcallException Failed(string? error)
    {
        try
        {
            _limit?.Explain(_where);
            Failure ??= new RollcallException(ExitCode.Source, $"Reading failed: {DuckMessages.Masked(error ?? "the query failed")}", _where);
        }
        catch (RollcallException e)
        {
            Failure = e;
        }
        finally
        {
            End();
        }

        return Failure!;
    }

    private void End()
    {
        _stopping?.Dispose();
        _limit?.Dispose();
        if (_streaming)
        {
            NativeMethods.Query.DuckDBDestroyResult(ref _result);
        }

        _statement?.Dispose();
        (_stopping, _limit, _statement, _streaming) = (null, null, null, false);
    }

    [LibraryImport("duckdb", EntryPoint = "duckdb_init_set_max_threads")]
    private static partial void SetMaxThreads(IntPtr info, ulong threads);

    [LibraryImport("duckdb", EntryPoint = "duckdb_data_chunk_set_size")]
    private static partial void SetSize(IntPtr chunk, ulong size);

    [LibraryImport("duckdb", EntryPoint = "duckdb_data_chunk_get_vector")]
    private static partial IntPtr Vector(IntPtr chunk, ulong column);

    [LibraryImport("duckdb", EntryPoint = "duckdb_vector_reference_vector")]
    private static partial void ReferenceVector(IntPtr to, IntPtr from);
}
