using System.Text;
using System.Text.Json;
using DuckDB.NET.Data;
using Rollcall.Model;
using Rollcall.Recording;
using Rollcall.Running;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Operations;

/// <summary>
/// Erases a person from files. Each file is rewritten beside itself and renamed into place: cut short, it is whole either way, and the next attempt goes
/// on.
/// </summary>
internal sealed class FileTraces(DataFolder folder, Trace trace)
{
    // Columns that hold an address or a profile's own key: a row with the person's goes as a whole.
    private static readonly HashSet<string> Identities = new(["member_key", "email", "email_key", "profile_key"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Erases the person from the data folder's tables and logs; counts rows by the folder they were in.</summary>
    public IReadOnlyDictionary<string, long> EraseHere(CancellationToken cancellation)
    {
        var erased = new SortedDictionary<string, long>(StringComparer.Ordinal);
        using var duckdb = MemberKeySql.OpenInMemory();
        duckdb.Execute($"SET memory_limit='{RunPortion.Alone.Megabytes}MB'", cancellation);
        foreach (var path in Directory.EnumerateFiles(folder.Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList())
        {
            cancellation.ThrowIfCancellationRequested();
            var name = Path.GetRelativePath(folder.Root, path);
            var kind = name.Split(Path.DirectorySeparatorChar)[0];
            var rows = Path.GetExtension(path) switch
            {
                ".parquet" => EraseTable(duckdb, name, cancellation),
                ".log" => EraseText(name, cancellation),
                ".tmp" => Delete(path),
                _ => 0,
            };
            if (rows > 0)
            {
                erased[kind] = erased.GetValueOrDefault(kind) + rows;
            }
        }

        return erased;
    }

    /// <summary>Erases the person from a status file, wherever it is: JSON lines, or a table of profiles. Counts the lines or rows.</summary>
    public long EraseStatusFile(string path, CancellationToken cancellation)
    {
        if (Path.GetExtension(path).Equals(".parquet", StringComparison.OrdinalIgnoreCase))
        {
            return EraseProfiles(path, cancellation);
        }

        if (!Lines(path, cancellation).Any(IsOfThem))
        {
            return 0;
        }

        var gone = 0L;
        var unfinished = path + ".tmp";
        File.Delete(unfinished);
        using (var file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write))
        {
            FileModes.Restrict(unfinished);
            foreach (var line in Lines(path, cancellation))
            {
                if (IsOfThem(line))
                {
                    gone++;
                    continue;
                }

                file.Write(Encoding.UTF8.GetBytes(line + "\n"));
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path, overwrite: true);
        return gone;
    }

    private long EraseProfiles(string path, CancellationToken cancellation)
    {
        FileStream taken;
        try
        {
            taken = ProfilesSink.Take(path);
        }
        catch (IOException e)
        {
            throw new RollcallException(ExitCode.Busy, $"The table of profiles is being written: {e.Message}", path, "Forget the person again in a moment.", e);
        }

        using (taken)
        {
            ProfilesSink.DeleteUnfinished(path);
            if (!File.Exists(path))
            {
                return 0;
            }

            using var duckdb = MemberKeySql.OpenInMemory();
            return EraseTable(duckdb, path, cancellation);
        }
    }

    private bool IsOfThem(string line)
    {
        if (!line.Contains("\"email\"", StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("email", out var email)
                && email.ValueKind == JsonValueKind.String && trace.Is(email.GetString());
        }
        catch (JsonException)
        {
            // Not a line that Rollcall wrote.
            return trace.IsIn(line);
        }
    }

    private long EraseTable(DuckDBConnection duckdb, string name, CancellationToken cancellation)
    {
        var table = $"read_parquet({SqlText.Literal(folder.Full(name))})";
        var texts =
            duckdb.Query($"DESCRIBE SELECT * FROM {table}", r => (Name: r.GetString(0), Type: r.GetString(1)), cancellation).Where(c => c.Type == "VARCHAR")
                .Select(c => c.Name).ToList();
        var identities = texts.Where(Identities.Contains).ToList();
        var others = texts.Except(identities).ToList();
        var theirs = identities.Count == 0 ? "false" : string.Join(" OR ", identities.Select(c => trace.SqlIs(SqlText.Name(c))));
        var mentioned = others.Count == 0 ? "false" : string.Join(" OR ", others.Select(c => trace.SqlIsIn(SqlText.Name(c))));
        var rows = duckdb.Query($"SELECT count(*) FROM {table} WHERE {theirs} OR {mentioned}", r => r.GetInt64(0), cancellation)[0];
        if (rows > 0)
        {
            var replaced = others.Count == 0
                ? ""
                : $" REPLACE ({string.Join(", ", others.Select(c => $"{trace.SqlErased(SqlText.Name(c))} AS {SqlText.Name(c)}"))})";
            folder.Publish(name,
                path => duckdb.Execute($"COPY (SELECT *{replaced} FROM {table} WHERE NOT ({theirs})) TO {SqlText.Literal(path)} (FORMAT parquet)",
                    cancellation));
        }

        return rows;
    }

    private long EraseText(string name, CancellationToken cancellation)
    {
        var lines = Lines(folder.Full(name), cancellation).LongCount(trace.IsIn);
        if (lines > 0)
        {
            folder.Publish(name, path => File.WriteAllLines(path, Lines(folder.Full(name), cancellation).Select(trace.Erased)));
        }

        return lines;
    }

    private static IEnumerable<string> Lines(string path, CancellationToken cancellation)
    {
        foreach (var line in File.ReadLines(path))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return line;
        }
    }

    /// <summary>A file that a killed process left unfinished is litter.</summary>
    private static long Delete(string path)
    {
        File.Delete(path);
        return 0;
    }
}
