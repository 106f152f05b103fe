using System.Text.RegularExpressions;
using DuckDB.NET.Data;

namespace Rollcall.Reading;

/// <summary>DuckDB's errors as messages for people.</summary>
internal static partial class DuckMessages
{
    /// <summary>The first lines, up to the echo of the SQL.</summary>
    public static string First(DuckDBException error) => First(error.Message);

    /// <summary>The same without texts in quotes: an error while rows are read quotes people's values.</summary>
    public static string Masked(DuckDBException error) => Masked(error.Message);

    /// <inheritdoc cref="Masked(DuckDBException)"/>
    public static string Masked(string message) => Quoted().Replace(First(message), "'...'");

    /// <summary>The exception for a relation that could not be read: the source's own, or one of DuckDB's error.</summary>
    public static RollcallException FailureOr(this IAudienceReading reading, DuckDBException error, string audience) =>
        reading.Failure ?? new RollcallException(ExitCode.Source, $"Reading failed: {Masked(error)}", $"audience {audience}", inner: error);

    private static string First(string message)
    {
        var echo = message.IndexOf("\n\nLINE ", StringComparison.Ordinal);
        return (echo < 0 ? message : message[..echo]).Replace('\n', ' ').Trim();
    }

    [GeneratedRegex("'[^']*'", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();
}
