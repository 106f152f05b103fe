using DuckDB.NET.Data;

namespace Rollcall.Model;

/// <summary>A function of C# that SQL calls for the few texts that are more than an expression can work out in reasonable length.</summary>
internal static class TextFunction
{
    /// <summary>Makes it known to a database, for all connections of it.</summary>
    /// <param name="of">What it gives for a text: a pure function, called from several threads. NULL gives NULL.</param>
    public static void Register(DuckDBConnection duckdb, string name, Func<string, string?> of) =>
        duckdb.RegisterScalarFunction<string, string>(
            name,
            (readers, writer, rows) =>
            {
                for (ulong i = 0; i < rows; i++)
                {
                    if (readers[0].IsValid(i) && of(readers[0].GetValue<string>(i)) is { } text)
                    {
                        writer.WriteValue(text, i);
                    }
                    else
                    {
                        writer.WriteNull(i);
                    }
                }
            },
            new ScalarFunctionOptions { IsPureFunction = true, HandlesNulls = true });
}
