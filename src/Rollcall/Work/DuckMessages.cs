using System.Text.RegularExpressions;
using DuckDB.NET.Data;

namespace Rollcall.Work;

/// <summary>DuckDB's errors as messages for people.</summary>
internal static partial class DuckMessages
{
    /// <summary>The first lines, up to the echo of the SQL.</summary>
    public static string First(DuckDBException error) => First(error.Message);

    /// <summary>The same without texts in quotes: an error while rows are read quotes people's values.</summary>
    public static string Masked(DuckDBException error) => Masked(error.Message);

    /// <inheritdoc cref="Masked(DuckDBException)"/>
    public static string Masked(string message) => Quoted().Replace(First(message), "'...'");

    private static string First(string message)
    {
        var echo = message.IndexOf("\n\nLINE ", StringComparison.Ordinal);
        return (echo < 0 ? message : message[..echo]).Replace('\n', ' ').Trim();
    }

    [GeneratedRegex("'[^']*'", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();
}
