using System.Globalization;

namespace Rollcall.Jobs;

/// <summary>Nodes to records. <see cref="JobShapes"/> noted what is missing or wrong; it is skipped here, so that the rest can still be checked.</summary>
internal sealed class JobBinder(JobProblems problems, string path)
{
    private readonly string _folder = Path.GetDirectoryName(path)!;

    public Job Bind(JobMap root)
    {
        var tag = Text(root, "tag") ?? "";
        return new Job
        {
            Tag = tag,
            Label = Text(root, "label") ?? tag,
            Description = Text(root, "description"),
            Path = path,
            Authorization = Authorization(root["authorization"]),
            Source = Source(Map(root, "source")),
            Config = Config(Map(root, "config")),
            Schedule = Schedule(root["schedule"]),
            StatusSink = StatusSink(Map(root, "status_sink")),
            Guards = Guards(Map(root, "guards"), new GuardOptions()),
            BudgetShare = Number(Map(root, "budget"), "share") ?? 1.0,
            OnMissingField = Choice(root, "on_missing_field", OnMissingField.Keep),
            MergeOption = Choice(root, "merge_option", MergeOption.Overwrite),
            CreateMissingFields = Flag(root, "create_missing_fields", false),
            DirectApi = Choice(root, "direct_api", DirectApi.V2),
            JoinExisting = Flag(root, "join_existing", true),
            ResubscribeMembers = Flag(root, "resubscribe_members", false),
            ExitExisting = Flag(root, "exit_existing", false),
            RecreateDeleted = Flag(root, "recreate_deleted", false),
            OnForeignRemoval = Choice(root, "on_foreign_removal", OnForeignRemoval.Leave),
            InsightOnExit = Choice(root, "insight_on_exit", InsightOnExit.Keep),
            Verify = Choice(root, "verify", Verify.Auto),
            VerifyEvery = Duration(Text(root, "verify_every") ?? "7d"),
            WatchFor = Duration(Text(root, "watch_for") ?? "7d")!.Value,
        };
    }

    private GuardOptions Guards(JobMap? guards, GuardOptions standard) => new()
    {
        MaxExitPercent = Limit(guards, "max_exit_percent", standard.MaxExitPercent),
        MaxEnter = (long?)Limit(guards, "max_enter", standard.MaxEnter),
        MaxMails = (long?)Limit(guards, "max_mails", standard.MaxMails),
        MaxMoves = (long?)Limit(guards, "max_moves", standard.MaxMoves),
        MaxRejectPercent = Limit(guards, "max_reject_percent", standard.MaxRejectPercent),
        MaxMissingPercent = Limit(guards, "max_missing_percent", standard.MaxMissingPercent),
        MaxDeletedPercent = Limit(guards, "max_deleted_percent", standard.MaxDeletedPercent),
        EmptyAudience = Choice(guards, "empty_audience", standard.EmptyAudience),
    };

    private SourceOptions Source(JobMap? source) =>
        Map(source, "lytics") is { } lytics ? new LyticsSourceOptions(Lytics(lytics)) : Tables(Map(source, "tables"));

    private JobAuthorization Authorization(JobNode? node)
    {
        if (node is not JobMap map)
        {
            return new JobAuthorization(Text(node), null);
        }

        var endpoint = Text(map, "endpoint");
        return new JobAuthorization(null, new Credentials(
            Text(map, "username") ?? "",
            Text(map, "password") ?? "",
            Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) ? uri : null));
    }

    private TablesSourceOptions Tables(JobMap? tables)
    {
        var (database, name) = Text(tables, "database") is { } text ? DatabaseAddress.Read(text, _folder) : (null, null);
        return new TablesSourceOptions
        {
            Database = database,
            DatabaseName = name,
            Files = Entries(Map(tables, "files")).ToDictionary(file => file.Key, file => File(file.Value)),
            Audiences = Queries(tables, "audiences"),
            Recommendations = Queries(tables, "recommendations"),
            Timeout = Duration(Text(tables, "timeout") ?? "1h")!.Value,
        };
    }

    private Dictionary<string, AudienceQuery> Queries(JobMap? tables, string key) =>
        Entries(Map(tables, key)).ToDictionary(query => query.Key, query => query.Value is JobMap map
            ? new AudienceQuery(null, Text(map, "from") ?? "", Text(map, "where"))
            : new AudienceQuery(Text(query.Value) ?? "", null, null));

    private LyticsAccess Lytics(JobMap lytics) => new(
        Text(lytics, "token") ?? "",
        LyticsRules.Url(Text(lytics, "url") ?? LyticsRules.DefaultUrl) ?? new Uri(LyticsRules.DefaultUrl),
        Text(lytics, "account_id"));

    private FileTable File(JobNode node)
    {
        var more = node as JobMap;
        return new FileTable(
            Absolute(more is null ? Text(node) : Text(more, "path")) ?? "",
            Entries(Map(more, "types")).ToDictionary(type => type.Key, type => Text(type.Value) ?? ""),
            Text(more, "delimiter"),
            Text(more, "encoding"));
    }

    private ExportConfig Config(JobMap? config) => new()
    {
        SegmentIds = Texts(config, "segment_ids"),
        SegMappings = [.. Pairs(config, "seg_mappings").Select(pair => new SegmentMapping(pair.Key, Book(pair.Value)))],
        Mappings = FieldMappings(config, "mappings"),
        EmailField = Text(config, "email_field") ?? "",
        IdField = Text(config, "id_field"),
        KeyField = Text(config, "key_field"),
        EmailType = Word(config, "email_type") is { } type ? Enum.Parse<EmailType>(type) : null,
        OptInType = Word(config, "opt_in_type") is { } optIn ? Enum.Parse<OptInType>(optIn) : null,
        ExitAction = Choice(config, "exit_action", ExitAction.Ignore),
        BackfillOnly = Flag(config, "backfill_only", false),
        FieldChanges = Texts(config, "field_changes"),
        TriggerJoin = Flag(config, "trigger_join", false),
        Resubscribe = Flag(config, "resubscribe", false),
        ResubscribeNoChallenge = Flag(config, "resubscribe_no_challenge", false),
        SyncStatus = Flag(config, "sync_status", false),
        CollectionId = Text(config, "collection_id"),
        RecommenderMappings = FieldMappings(config, "recommender_mappings"),
        InsightFields = Texts(config, "insight_fields"),
        InsightRecommendations = Flag(config, "insight_recommendations", false),
    };

    private BookTarget Book(JobNode node) => node is JobMap map
        ? new BookTarget(null, Text(map, "name") ?? "", Flag(map, "create", false), Choice(map, "visibility", BookVisibility.Private))
        : new BookTarget(Text(node) is { } id ? long.Parse(id, CultureInfo.InvariantCulture) : 0, null);

    private ScheduleOptions? Schedule(JobNode? node)
    {
        if (node is not JobMap map)
        {
            return node is null ? null : new ScheduleOptions(null, true, null, "UTC", null);
        }

        var timezone = Text(map, "timezone") ?? "UTC";
        var quiet = Map(map, "quiet");
        return new ScheduleOptions(
            Text(map, "cron"),
            Flag(map, "continuous", false),
            Text(map, "at") is { } at ? LocalTime.Read(at, timezone) : null,
            timezone,
            quiet is null ? null : new QuietHours(
                Text(quiet, "from") is { } from ? TimeOnly.ParseExact(from, "HH:mm", CultureInfo.InvariantCulture) : default,
                Number(quiet, "hours") ?? 1));
    }

    private StatusSinkOptions? StatusSink(JobMap? sink)
    {
        if (Map(sink, "lytics") is { } lytics)
        {
            return new LyticsSinkOptions(Lytics(lytics), Text(lytics, "stream") ?? "dotmailer_export_status");
        }

        return (Text(sink, "file"), Text(sink, "postgres"), Text(sink, "profiles")) switch
        {
            ({ } file, _, _) => new FileSinkOptions(Absolute(file)!),
            (_, { } url, _) => new PostgresSinkOptions(DatabaseAddress.Read(url, _folder).Database, Text(sink, "table") ?? ""),
            (_, _, { } profiles) => new ProfilesSinkOptions(Absolute(profiles)!),
            _ => null,
        };
    }

    private static TimeSpan? Duration(string text) => text == "never" ? null : int.Parse(text[..^1], CultureInfo.InvariantCulture) * (text[^1] switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        _ => TimeSpan.FromDays(1),
    });

    private string? Absolute(string? file) => file is null ? null : Path.GetFullPath(Path.Combine(_folder, file));

    private IReadOnlyList<FieldMapping> FieldMappings(JobMap? map, string key) =>
        [.. Pairs(map, key).Select(pair => new FieldMapping(pair.Key, Text(pair.Value) ?? ""))];

    private static JobMap? Map(JobMap? map, string key) => map?[key] as JobMap;

    private IEnumerable<JobEntry> Entries(JobMap? map) => map is null ? [] : map.Entries.Where(entry => !problems.IsBroken(entry.Value.Path));

    private IEnumerable<JobEntry> Pairs(JobMap? map, string key) =>
        map?[key] is JobList list ? list.Items.OfType<JobMap>().SelectMany(Entries) : [];

    private IReadOnlyList<string> Texts(JobMap? map, string key) =>
        map?[key] is JobList list ? [.. list.Items.Select(Text).OfType<string>()] : [];

    private string? Text(JobMap? map, string key) => Text(map?[key]);

    private string? Text(JobNode? node) => node is JobScalar scalar && !problems.IsBroken(scalar.Path) ? scalar.Value : null;

    /// <summary>A word of a choice as C# spells it: <c>overwrite_if_empty</c> is <c>overwriteifempty</c>, to be compared without case.</summary>
    private string? Word(JobMap? map, string key) => Text(map, key)?.Replace("_", "", StringComparison.Ordinal);

    private T Choice<T>(JobMap? map, string key, T otherwise)
        where T : struct, Enum => Word(map, key) is { } word ? Enum.Parse<T>(word, ignoreCase: true) : otherwise;

    private bool Flag(JobMap? map, string key, bool otherwise) => Text(map, key) is { } flag ? flag == "true" : otherwise;

    private double? Number(JobMap? map, string key) => Text(map, key) is { } number ? JobShapes.Number(number) : null;

    private double? Limit(JobMap? map, string key, double? otherwise) => Text(map, key) is null ? otherwise : Number(map, key);
}
