using Rollcall.Model;
namespace Rollcall.Reading.Tables.Files;

/// <summary>A table of files as SQL.</summary>
/// <param name="Paths">The files that the SELECT reads.</param>
internal sealed record TableSql(string Select, IReadOnlyList<string> Paths);

/// <summary>Tables of files as SQL, by their keys.</summary>
internal sealed class TablesSql() : Dictionary<string, TableSql>(StringComparer.OrdinalIgnoreCase)
{
    /// <summary>An audience's SQL, with the files it uses as common table expressions.</summary>
    public string Select(FileQuery query, string columns)
    {
        var files = query.Keys.Select(key => $"{SqlText.Name(key)} AS NOT MATERIALIZED ({this[key].Select})").ToList();
        var with = files.Count == 0 ? "" : $"WITH {string.Join(",\n", files)}\n";
        return $"{with}SELECT {columns} FROM (\n{query.Sql}\n) AS audience";
    }

    /// <summary>The files that an audience's SQL uses.</summary>
    public IEnumerable<string> Paths(FileQuery query) => query.Keys.SelectMany(key => this[key].Paths);
}
