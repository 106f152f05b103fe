namespace Rollcall.Jobs;

/// <summary>What must hold of audiences, books and fields.</summary>
internal sealed class ConfigRules(Job job, JobProblems problems)
{
    private static readonly string[] ReservedBooks = ["Test", "All Contacts"];

    private static readonly string[] ReservedDataFields = ["email", "id", "contactid", "notes", "unsubscribed"];

    private readonly ExportConfig config = job.Config;

    public void Check()
    {
        CheckSegments();
        CheckBooks();
        CheckMappings("config.mappings", config.Mappings);
        CheckMappings("config.recommender_mappings", config.RecommenderMappings);
        CheckFieldChanges();
    }

    private void CheckSegments()
    {
        const string key = "config.segment_ids";
        if (problems.IsTouched(key))
        {
            return;
        }

        if (config.SegmentIds.Count == 0)
        {
            problems.Error(key, "names no audience.");
            return;
        }

        var audiences = (job.Source as TablesSourceOptions)?.Audiences;
        var mapped = config.SegMappings.Select(mapping => mapping.SegmentId).ToHashSet();
        var (knowsAudiences, knowsMappings) = (audiences is not null && !problems.IsTouched("source.tables.audiences"), !problems.IsTouched("config.seg_mappings"));
        var seen = new HashSet<string>();
        for (var i = 0; i < config.SegmentIds.Count; i++)
        {
            var id = config.SegmentIds[i];
            if (!seen.Add(id))
            {
                problems.Error($"{key}[{i}]", $"{JobScalar.Show(id)} is there twice.", "Take one out.");
            }
            else if (knowsAudiences && !audiences!.ContainsKey(id))
            {
                problems.Error($"{key}[{i}]", $"{JobScalar.Show(id)} is no audience of the source.", Suggestion.For(id, audiences!.Keys));
            }
            else if (knowsMappings && !mapped.Contains(id))
            {
                problems.Error($"{key}[{i}]", $"{JobScalar.Show(id)} goes into no address book.", $"Map it in config.seg_mappings, for example: - {id}: \"1234\"");
            }
        }
    }

    private void CheckBooks()
    {
        const string key = "config.seg_mappings";
        if (problems.IsTouched(key))
        {
            return;
        }

        if (config.SegMappings.Count == 0)
        {
            problems.Error(key, "maps no audience.");
            return;
        }

        var (ids, knowsIds) = (config.SegmentIds.ToHashSet(), !problems.IsTouched("config.segment_ids"));
        var books = new Dictionary<(long?, string?), MappedBook>();
        for (var i = 0; i < config.SegMappings.Count; i++)
        {
            var (id, book) = config.SegMappings[i];
            var at = $"{key}[{i}].{id}";
            if (knowsIds && !ids.Contains(id))
            {
                problems.Error(at, $"{JobScalar.Show(id)} is not in segment_ids.", Suggestion.For(id, config.SegmentIds));
            }

            if (book.Name is { } named && ReservedBooks.Contains(named, StringComparer.OrdinalIgnoreCase))
            {
                problems.Error($"{at}.name", $"Dotdigital keeps the name {JobScalar.Show(named)} for itself.", "Choose another.");
            }

            var name = book.Name?.ToUpperInvariant();
            var into = books.TryGetValue((book.Id, name), out var known) ? known : books[(book.Id, name)] = new(book, id, []);
            if (!into.Audiences.Add(id))
            {
                problems.Error(at, $"{JobScalar.Show(id)} goes into address book {book} already.", "Take one out.");
            }
            else if (into.Book != book)
            {
                problems.Error(at, $"names address book {book} otherwise than {JobScalar.Show(into.FirstAudience)} does: name, create and visibility must be the same.");
            }
        }
    }

    /// <summary>A book, as the first audience that goes into it names it, and all that go into it.</summary>
    private sealed record MappedBook(BookTarget Book, string FirstAudience, HashSet<string> Audiences);

    private void CheckMappings(string key, IReadOnlyList<FieldMapping> mappings)
    {
        if (problems.IsTouched(key))
        {
            return;
        }

        var from = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < mappings.Count; i++)
        {
            var (field, dataField) = mappings[i];
            var at = $"{key}[{i}].{field}";
            if (ReservedDataFields.Contains(dataField, StringComparer.OrdinalIgnoreCase))
            {
                problems.Error(at, $"{JobScalar.Show(dataField)} is a word Dotdigital keeps for itself, not a data field.");
            }
            else if (!from.TryAdd(dataField, field))
            {
                problems.Error(at, $"data field {dataField} has its values from {JobScalar.Show(from[dataField])} already.", "Map it once.");
            }
        }
    }

    private void CheckFieldChanges()
    {
        const string key = "config.field_changes";
        if (problems.IsTouched(key) || problems.IsTouched("config.mappings"))
        {
            return;
        }

        var mapped = config.Mappings.Select(mapping => mapping.Field).ToHashSet();
        for (var i = 0; i < config.FieldChanges.Count; i++)
        {
            if (!mapped.Contains(config.FieldChanges[i]))
            {
                problems.Error($"{key}[{i}]", $"{JobScalar.Show(config.FieldChanges[i])} is no field of config.mappings.", Suggestion.For(config.FieldChanges[i], mapped));
            }
        }
    }
}
