using System.Text;

namespace Rollcall.Jobs;

/// <summary>Rules for the tables and the audiences' queries.</summary>
internal sealed class SourceRules(TablesSourceOptions source, JobProblems problems)
{
    private const string Tables = "source.tables";

    private static readonly string[] Delimited = ["csv", "tsv", "txt"];

    private static readonly string[] OfDelimited = ["types", "delimiter", "encoding"];

    private static readonly string[] Kinds = [.. Delimited, "json", "jsonl", "ndjson", "parquet"];

    public void Check()
    {
        if (source.Database is { } database
            && (DatabaseAddress.IsOtherAddress(database) || (DatabaseAddress.IsUrl(database) && !DatabaseAddress.IsKnownUrl(database))))
        {
            problems.Error(
                $"{Tables}.database",
                "is no URL of a database that is read here: postgres://user:password@host:port/database or mysql://user:password@host:port/database.",
                DatabaseAddress.Encoding);
        }

        if (source.Files.Count == 0 && problems.Has($"{Tables}.files") && !problems.IsTouched($"{Tables}.files"))
        {
            problems.Error($"{Tables}.files", "names no file.");
        }

        foreach (var (table, file) in source.Files)
        {
            CheckFile($"{Tables}.files.{table}", file);
        }

        if (source.Audiences.Count == 0 && problems.Has($"{Tables}.audiences") && !problems.IsTouched($"{Tables}.audiences"))
        {
            problems.Error($"{Tables}.audiences", "has no audience.");
        }

        CheckQueries($"{Tables}.audiences", source.Audiences);
        CheckQueries($"{Tables}.recommendations", source.Recommendations);
    }

    private void CheckQueries(string key, IReadOnlyDictionary<string, AudienceQuery> queries)
    {
        var knowsFiles = source.Files.Count > 0 && !problems.IsTouched($"{Tables}.files");
        foreach (var (id, query) in queries)
        {
            if (query.Sql is { } sql && !SelectText.IsSelect(sql))
            {
                problems.Error($"{key}.{id}", "is not a SELECT (or WITH ... SELECT).", "It is only read; for a whole table write {from: TABLE}.");
            }

            if (query.From is { Length: > 0 } from && knowsFiles && !source.Files.ContainsKey(from))
            {
                problems.Error($"{key}.{id}.from", $"{JobScalar.Show(from)} is no key of files.", Suggestion.For(from, source.Files.Keys));
            }
        }
    }

    private void CheckFile(string key, FileTable file)
    {
        if (file.Encoding is { } encoding && !IsEncoding(encoding))
        {
            problems.Error($"{key}.encoding", $"{JobScalar.Show(encoding)} is no encoding.", "Write one such as utf-8, windows-1252, iso-8859-1 or utf-16.");
        }

        if (file.Path.Length == 0)
        {
            return;
        }

        var pathKey = problems.Has($"{key}.path") ? $"{key}.path" : key;
        var name = Path.GetFileName(file.Path).ToLowerInvariant();
        var gzipped = name.EndsWith(".gz", StringComparison.Ordinal);
        var kind = Path.GetExtension(gzipped ? name[..^3] : name).TrimStart('.');
        if (!Kinds.Contains(kind) || (gzipped && kind == "parquet"))
        {
            problems.Error(
                pathKey, $"the name of a file says its kind, and this one ends in none of .{string.Join(", .", Kinds)} (all but parquet maybe with .gz).");
            return;
        }

        if (!Delimited.Contains(kind))
        {
            foreach (var only in OfDelimited.Where(only => problems.Has($"{key}.{only}")))
            {
                problems.Error($"{key}.{only}", $"goes with csv, tsv and txt files, not with {kind}.", "Take it out.");
            }
        }
        else if (kind == "txt" && file.Delimiter is null && !problems.IsTouched(key))
        {
            problems.Error($"{key}.delimiter", "is missing; a txt file does not say its own.", "Add it, for example: delimiter: \"|\"");
        }
    }

    private static bool IsEncoding(string name)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) is not null || Encoding.GetEncoding(name) is not null;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
