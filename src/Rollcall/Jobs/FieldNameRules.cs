namespace Rollcall.Jobs;

/// <summary>Rules for the names of a platform's fields: each becomes a column, and names of columns ignore letter case.</summary>
internal sealed class FieldNameRules(ExportConfig config, JobProblems problems)
{
    private readonly Dictionary<string, string> _seen = new(StringComparer.OrdinalIgnoreCase);

    public void Check()
    {
        Check("config.email_field", config.EmailField);
        Check("config.id_field", config.IdField);
        Check("config.key_field", config.KeyField);
        foreach (var (i, (field, _)) in config.Mappings.Index())
        {
            Check($"config.mappings[{i}].{field}", field, "config.mappings");
        }

        foreach (var (i, field) in config.InsightFields.Index())
        {
            Check($"config.insight_fields[{i}]", field, "config.insight_fields");
        }
    }

    private void Check(string at, string? field, string? key = null)
    {
        if (string.IsNullOrEmpty(field) || problems.IsTouched(key ?? at))
        {
            return;
        }

        if (IsOwn(field))
        {
            problems.Error(at, $"{JobScalar.Show(field)} is a name that Rollcall reserves.", "Make a field of another name in Lytics that has its values.");
        }
        else if (!_seen.TryAdd(field, field) && _seen[field] != field)
        {
            problems.Error(
                at,
                $"{JobScalar.Show(field)} differs from {JobScalar.Show(_seen[field])} in letter case only, and a job cannot tell the two apart.",
                "Use one of them, or make a field of another name in Lytics.");
        }
    }

    private static bool IsOwn(string field) =>
        field.ToLowerInvariant() is "__row" or "__part" or "__pass" or "__uid" or "__email" or "__member"
        || field.StartsWith("__whole_", StringComparison.OrdinalIgnoreCase);
}
