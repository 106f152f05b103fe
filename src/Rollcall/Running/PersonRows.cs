using Rollcall.Model;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Running;

/// <summary>A person's rows in one of the folder's tables.</summary>
internal static class PersonRows
{
    /// <summary>How many there are, under the person's present or former address.</summary>
    public static long In(DataFolder folder, string file, Trace trace, CancellationToken cancellation)
    {
        if (!File.Exists(folder.Full(file)))
        {
            return 0;
        }

        using var duckdb = MemberKeySql.OpenInMemory();
        var table = $"read_parquet({SqlText.Literal(folder.Full(file))})";
        var moves =
            duckdb.Query($"SELECT count(*) FROM (DESCRIBE SELECT * FROM {table}) WHERE column_name = 'old_key'", r => r.GetInt64(0), cancellation)[0] > 0;
        return duckdb.Query($"SELECT count(*) FROM {table} WHERE {trace.SqlIs("member_key")}{(moves ? $" OR {trace.SqlIs("old_key")}" : "")}",
            r => r.GetInt64(0), cancellation)[0];
    }
}
