namespace Rollcall.Reading.Tables.Files;

/// <summary>What a file's name says it is.</summary>
internal enum FileKind
{
    Csv,
    Json,
    Parquet,
}

/// <summary>Reads a file's kind from its name.</summary>
internal static class FileKinds
{
    /// <summary>The kind; null for an unknown extension. <c>.gz</c> is ignored.</summary>
    public static FileKind? Of(string path) => Path.GetExtension(WithoutGzip(path)).ToUpperInvariant() switch
    {
        ".CSV" or ".TSV" or ".TAB" or ".TXT" => FileKind.Csv,
        ".JSON" or ".JSONL" or ".NDJSON" => FileKind.Json,
        ".PARQUET" => FileKind.Parquet,
        _ => null,
    };

    public static bool IsGzip(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    /// <summary>The delimiter that the name of a CSV file implies.</summary>
    public static string Delimiter(string path) =>
        Path.GetExtension(WithoutGzip(path)).ToUpperInvariant() is ".TSV" or ".TAB" ? "\t" : ",";

    private static string WithoutGzip(string path) => IsGzip(path) ? path[..^3] : path;
}
