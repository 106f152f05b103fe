using Dapper;
using Microsoft.Data.Sqlite;
using Rollcall.Work;

namespace Rollcall.Store.Sqlite;

/// <summary>Copies of SQLite files that other processes use meanwhile.</summary>
internal static class SqliteCopy
{
    private static ReadOnlySpan<byte> Beginning => "SQLite format 3\0"u8;

    /// <summary>Whether a file is a SQLite database.</summary>
    public static bool IsDatabase(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> first = stackalloc byte[Beginning.Length];
        return file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false) == first.Length && first.SequenceEqual(Beginning);
    }

    /// <summary>Writes a database as it is at one moment, with what is only in its log so far, to a new file.</summary>
    public static void Make(string from, string to)
    {
        try
        {
            using var connection = new SqliteConnection(
                new SqliteConnectionStringBuilder { DataSource = from, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 60 }.ToString());
            connection.Open();
            connection.Execute("VACUUM INTO @to", new { to });
            FileModes.Restrict(to);
        }
        catch (SqliteException e)
        {
            throw StoreConnection.Fault(e);
        }
    }
}
