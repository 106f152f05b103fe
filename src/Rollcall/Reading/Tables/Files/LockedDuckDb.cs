using DuckDB.NET.Data;
using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Reading.Tables.Files;

/// <summary>
/// The DuckDB that runs an audience's SQL. It is not the run's: on this machine it can open the job's files and nothing else, it has none of the run's
/// tables, and no SQL can change that.
/// </summary>
internal static class LockedDuckDb
{
    /// <summary>Its share of memory, while it reads.</summary>
    public const string MemoryLimit = "500MB";

    /// <param name="paths">The files it may open.</param>
    /// <param name="spill">A folder for what does not fit in memory; null for none.</param>
    public static DuckDBConnection Open(IEnumerable<string> paths, string? spill)
    {
        var duckdb = new DuckDBConnection("DataSource=:memory:");
        try
        {
            duckdb.Open();
            DecimalSql.Register(duckdb);
            duckdb.Execute($"""
                SET memory_limit = '{MemoryLimit}';
                SET threads = {Math.Clamp(Environment.ProcessorCount, 1, 8)};
                SET temp_directory = {SqlText.Literal(spill ?? "")};
                SET preserve_insertion_order = false;
                SET autoinstall_known_extensions = false;
                SET autoload_known_extensions = false;
                SET allow_community_extensions = false;
                SET TimeZone = 'UTC';
                SET allowed_paths = [{string.Join(", ", paths.Distinct(StringComparer.Ordinal).Select(SqlText.Literal))}];
                SET enable_external_access = false;
                SET lock_configuration = true;
                """);
            return duckdb;
        }
        catch
        {
            duckdb.Dispose();
            throw;
        }
    }
}
