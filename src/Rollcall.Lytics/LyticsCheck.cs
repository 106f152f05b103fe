using Rollcall.Jobs;
using Rollcall.Model;

namespace Rollcall.Lytics;

/// <summary>Finds all problems of a job's audiences and fields, and reports the sizes of the audiences.</summary>
internal sealed class LyticsCheck(LyticsClient client, ExportConfig config)
{
    private readonly List<Problem> _problems = [];

    public async Task<IReadOnlyList<Problem>> RunAsync(IReadOnlyList<string> audiences, CancellationToken cancellation)
    {
        var found = await FindAsync(audiences, cancellation);
        await SizesAsync(found, cancellation);
        await FieldsAsync(cancellation);
        return _problems;
    }

    /// <summary>The ids of existing audiences, by their name in the job.</summary>
    private async Task<IReadOnlyList<(string Audience, string Id)>> FindAsync(IReadOnlyList<string> audiences, CancellationToken cancellation)
    {
        var valid = await client.AudiencesAsync(cancellation);
        var found = new List<(string Audience, string Id)>();
        foreach (var audience in audiences)
        {
            // Only valid audiences are listed; for others, Lytics returns details of a single one.
            var known = valid.FirstOrDefault(one => one.Id == audience || one.SlugName == audience) ?? await client.AudienceAsync(audience, cancellation);
            var where = $"audience {audience}";
            if (known?.Id is not { } id)
            {
                _problems.Add(
                    new Problem(
                        "The audience was not found in Lytics.", where,
                        Suggestion.For(audience, valid.Select(one => one.SlugName ?? one.Id).OfType<string>())));
            }
            else if (known.Invalid == true)
            {
                _problems.Add(new Problem("The audience is invalid in Lytics and is not evaluated.", where, "Fix its definition in Lytics."));
            }
            else if (known.Table is { } table && table != "user")
            {
                _problems.Add(new Problem($"It is an audience of {table}, not of people.", where));
            }
            else if (found.FirstOrDefault(one => one.Id == id).Audience is { } other)
            {
                _problems.Add(new Problem($"It is the same audience as {other}.", where, "Remove one of them from config.segment_ids."));
            }
            else
            {
                found.Add((audience, id));
            }
        }

        return found;
    }

    private async Task SizesAsync(IReadOnlyList<(string Audience, string Id)> found, CancellationToken cancellation)
    {
        if (found.Count == 0)
        {
            return;
        }

        var sizes = await client.SizesAsync(found.Select(one => one.Id), cancellation);
        foreach (var (audience, id) in found)
        {
            if (sizes.FirstOrDefault(one => one.Id == id)?.Size is { } size)
            {
                _problems.Add(new Problem($"{size:N0} profiles.", $"audience {audience}", Severity: Severity.Note));
            }
        }
    }

    private async Task FieldsAsync(CancellationToken cancellation)
    {
        IReadOnlyDictionary<string, string> known;
        try
        {
            known = await client.FieldsAsync(cancellation);
        }
        catch (LyticsException e) when (e.Failure is LyticsFailure.NotFound or LyticsFailure.Forbidden or LyticsFailure.Refused or LyticsFailure.Unreadable)
        {
            _problems.Add(new Problem($"The fields could not be checked: {e.Message}", "source.lytics", Severity: Severity.Warning));
            return;
        }

        foreach (var field in known.Count == 0 ? [] : config.Fields)
        {
            if (!known.TryGetValue(field, out var type))
            {
                _problems.Add(
                    new Problem(
                        $"The Lytics schema does not have the field \"{field}\".", "source.lytics", Suggestion.For(field, known.Keys), Severity.Warning));
            }
            else if (config.ScalarFields.Contains(field) && IsMany(type)
                && !(field == config.IdField && type.StartsWith("map", StringComparison.OrdinalIgnoreCase)))
            {
                _problems.Add(
                    new Problem(
                        $"The field \"{field}\" is {type}; "
                            + $"{(field == config.IdField ? "an id is one value, or a map by account" : "a single value is needed")}.", "source.lytics",
                            "Choose a field with one value, or create one in Lytics."));
            }
        }
    }

    /// <summary>Whether a type, as spelled in Lytics' query language, has many values.</summary>
    private static bool IsMany(string type) =>
        type.StartsWith("map", StringComparison.OrdinalIgnoreCase) || type.Contains("[]", StringComparison.Ordinal)
        || type.StartsWith("set", StringComparison.OrdinalIgnoreCase) || type.StartsWith("ts[", StringComparison.OrdinalIgnoreCase)
        || type.StartsWith("embedded", StringComparison.OrdinalIgnoreCase);
}
