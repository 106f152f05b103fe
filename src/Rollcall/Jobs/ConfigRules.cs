namespace Rollcall.Jobs;

/// <summary>Rules for audiences, books and fields.</summary>
internal sealed class ConfigRules(Job job, JobProblems problems)
{
    private static readonly string[] ReservedBooks = ["Test", "All Contacts"];

    private readonly ExportConfig _config = job.Config;

    public void Check()
    {
        CheckSegments();
        CheckBooks();
        var from = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        CheckMappings("config.mappings", _config.Mappings, from);
        CheckMappings("config.recommender_mappings", _config.RecommenderMappings, from);
        CheckFieldChanges();
        CheckInsightFields();
        CheckRecommendations();
    }

    private void CheckSegments()
    {
        const string key = "config.segment_ids";
        if (problems.IsTouched(key))
        {
            return;
        }

        if (_config.SegmentIds.Count == 0)
        {
            problems.Error(key, "names no audience.");
            return;
        }

        var audiences = (job.Source as TablesSourceOptions)?.Audiences;
        var mapped = _config.SegMappings.Select(mapping => mapping.SegmentId).ToHashSet();
        var knowsAudiences = audiences is not null && !problems.IsTouched("source.tables.audiences");
        var knowsMappings = !problems.IsTouched("config.seg_mappings");
        var seen = new HashSet<string>();
        foreach (var (i, id) in _config.SegmentIds.Index())
        {
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
                problems.Error(
                    $"{key}[{i}]", $"{JobScalar.Show(id)} goes into no address book.", $"Map it in config.seg_mappings, for example: - {id}: \"1234\"");
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

        if (_config.SegMappings.Count == 0)
        {
            problems.Error(key, "maps no audience.");
            return;
        }

        var (ids, knowsIds) = (_config.SegmentIds.ToHashSet(), !problems.IsTouched("config.segment_ids"));
        var books = new Dictionary<(long?, string?), MappedBook>();
        foreach (var (i, (id, book)) in _config.SegMappings.Index())
        {
            var at = $"{key}[{i}].{id}";
            if (knowsIds && !ids.Contains(id))
            {
                problems.Error(at, $"{JobScalar.Show(id)} is not in segment_ids.", Suggestion.For(id, _config.SegmentIds));
            }

            if (book.Name is { } named && ReservedBooks.Contains(named, StringComparer.OrdinalIgnoreCase))
            {
                problems.Error($"{at}.name", $"Dotdigital reserves the name {JobScalar.Show(named)}.", "Choose another.");
            }

            var name = book.Name?.ToUpperInvariant();
            var into = books.TryGetValue((book.Id, name), out var known) ? known : books[(book.Id, name)] = new(book, id, []);
            if (!into.Audiences.Add(id))
            {
                problems.Error(at, $"{JobScalar.Show(id)} goes into address book {book} already.", "Take one out.");
            }
            else if (into.Book != book)
            {
                problems.Error(
                    at, $"names address book {book} otherwise than {JobScalar.Show(into.FirstAudience)} does: name, create and visibility must be the same.");
            }
        }
    }

    /// <summary>A book, as the first audience that goes into it names it, and all that go into it.</summary>
    private sealed record MappedBook(BookTarget Book, string FirstAudience, HashSet<string> Audiences);

    /// <param name="from">Which field each data field has its values from.</param>
    private void CheckMappings(string key, IReadOnlyList<FieldMapping> mappings, Dictionary<string, string> from)
    {
        if (problems.IsTouched(key))
        {
            return;
        }

        foreach (var (i, (field, dataField)) in mappings.Index())
        {
            var at = $"{key}[{i}].{field}";
            if (ExportConfig.ReservedDataFields.Contains(dataField, StringComparer.OrdinalIgnoreCase))
            {
                problems.Error(at, $"{JobScalar.Show(dataField)} is a word that Dotdigital reserves, not a data field.");
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

        var mapped = _config.Mappings.Select(mapping => mapping.Field).ToHashSet();
        foreach (var (i, field) in _config.FieldChanges.Index())
        {
            if (!mapped.Contains(field))
            {
                problems.Error($"{key}[{i}]", $"{JobScalar.Show(field)} is no field of config.mappings.", Suggestion.For(field, mapped));
            }
        }
    }

    private void CheckInsightFields()
    {
        const string key = "config.insight_fields";
        if (problems.IsTouched(key))
        {
            return;
        }

        var seen = new HashSet<string>();
        foreach (var (i, field) in _config.InsightFields.Index().Where(field => !seen.Add(field.Item)))
        {
            problems.Error($"{key}[{i}]", $"{JobScalar.Show(field)} is there twice.", "Take one out.");
        }

        if (job.InsightOnExit == InsightOnExit.Remove && _config.InsightFields.Count == 0 && !_config.InsightRecommendations)
        {
            problems.Warning(
                "insight_on_exit",
                "the job sends no insight data: there are neither config.insight_fields nor config.insight_recommendations. Only what it sent before is "
                    + "removed.");
        }
    }

    /// <summary>Recommendations need a collection as their source, and a target.</summary>
    private void CheckRecommendations()
    {
        const string key = "config.collection_id";
        foreach (var (i, (field, _)) in _config.RecommenderMappings.Index())
        {
            if (RecommendationField.Parse(field) is null)
            {
                problems.Error(
                    $"config.recommender_mappings[{i}].{field}",
                    $"names no field of a recommendation, or one beyond the {RecommendationField.Most}th.",
                    "Write title for the first recommendation's, 2.title for the second's, and so on.");
            }
        }

        if (job.Source is TablesSourceOptions)
        {
            CheckColumns();
        }

        if (problems.IsTouched(key) || problems.IsTouched("config.recommender_mappings"))
        {
            return;
        }

        var goes = _config.RecommenderMappings.Count > 0 || _config.InsightRecommendations;
        if (_config.CollectionId is null && goes)
        {
            problems.Error(
                _config.InsightRecommendations ? "config.insight_recommendations" : "config.recommender_mappings",
                "goes with config.collection_id, which is missing.",
                "Name the content collection that recommendations come from.");
        }
        else if (_config.CollectionId is { } collection && !goes)
        {
            problems.Error(
                key,
                $"recommendations of {JobScalar.Show(collection)} go nowhere.",
                "Say which go to which data field, for example recommender_mappings: [{title: REC_TITLE}], or set insight_recommendations: true.");
        }
        else if (_config.CollectionId is { } wanted
            && job.Source is TablesSourceOptions { Recommendations: var known }
            && !problems.IsTouched("source.tables.recommendations")
            && !known.ContainsKey(wanted))
        {
            problems.Error(key, $"{JobScalar.Show(wanted)} is no key of source.tables.recommendations.", Suggestion.For(wanted, known.Keys));
        }
    }

    /// <summary>In tables, <c>email</c> and <c>rank</c> say whose a recommendation is and which, and names of columns ignore case.</summary>
    private void CheckColumns()
    {
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (i, (field, _)) in _config.RecommenderMappings.Index())
        {
            var at = $"config.recommender_mappings[{i}].{field}";
            if (RecommendationField.Parse(field)?.Name is not { } name)
            {
                continue;
            }

            if (name.ToUpperInvariant() is "EMAIL" or "RANK")
            {
                problems.Error(
                    at,
                    "email and rank say whose a recommendation is, and which; they are none of its fields.",
                    "Give the column another name in the query.");
            }
            else if (!names.TryAdd(name, name) && names[name] != name)
            {
                problems.Error(at, $"differs from {JobScalar.Show(names[name])} in nothing but letter case.", "Write it one way.");
            }
        }
    }
}
