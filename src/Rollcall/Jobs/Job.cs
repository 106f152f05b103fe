using Rollcall.Model;

namespace Rollcall.Jobs;

/// <summary>A job file, read and valid: what to export where. Paths in it are absolute.</summary>
public sealed record Job
{
    /// <summary>The job's identity in its data folder: Lytics' work tracking slug.</summary>
    public required string Tag { get; init; }

    /// <summary>A name for people; the tag when the file has none.</summary>
    public required string Label { get; init; }

    /// <summary>What the job is for.</summary>
    public string? Description { get; init; }

    /// <summary>The job file's absolute path.</summary>
    public required string Path { get; init; }

    /// <summary>The credentials of the Dotdigital account.</summary>
    public required JobAuthorization Authorization { get; init; }

    /// <summary>Where the audiences are.</summary>
    public required SourceOptions Source { get; init; }

    /// <summary>What goes where.</summary>
    public required ExportConfig Config { get; init; }

    /// <summary>Whether a platform is asked for recommendations: those in tables are read with the audiences.</summary>
    internal bool AsksForRecommendations => Config.CollectionId is not null && Source is not TablesSourceOptions;

    /// <summary>Whether everybody is looked up before they are added singly: v2 has no merge option, so values are left out where the contact exists.</summary>
    internal bool LooksUpEveryone => this is { DirectApi: DirectApi.V2, MergeOption: MergeOption.OverwriteIfEmpty };

    /// <summary>When the job runs without being started; null when it has to be.</summary>
    public ScheduleOptions? Schedule { get; init; }

    /// <summary>Where status events go; null when nowhere.</summary>
    public StatusSinkOptions? StatusSink { get; init; }

    /// <summary>The limits at which a run is held back.</summary>
    public GuardOptions Guards { get; init; } = new();

    /// <summary>How much of the account's API budget this job may take: above 0, at most 1.</summary>
    public double BudgetShare { get; init; } = 1.0;

    /// <summary>What an empty value does to a data field.</summary>
    public OnMissingField OnMissingField { get; init; } = OnMissingField.Keep;

    /// <summary>What Dotdigital does with a value it already has.</summary>
    public MergeOption MergeOption { get; init; } = MergeOption.Overwrite;

    /// <summary>Whether data fields that the account lacks are created.</summary>
    public bool CreateMissingFields { get; init; }

    /// <summary>Which API adds single contacts.</summary>
    public DirectApi DirectApi { get; init; } = DirectApi.V2;

    /// <summary>Whether the first run's members fire join actions too.</summary>
    public bool JoinExisting { get; init; } = true;

    /// <summary>Whether people who opted out while members may be resubscribed.</summary>
    public bool ResubscribeMembers { get; init; }

    /// <summary>Whether exits also act on people who were in the book before the job.</summary>
    public bool ExitExisting { get; init; }

    /// <summary>Whether someone deleted at Dotdigital may be created again.</summary>
    public bool RecreateDeleted { get; init; }

    /// <summary>What happens to a member who was removed from a book by somebody else.</summary>
    public OnForeignRemoval OnForeignRemoval { get; init; } = OnForeignRemoval.Leave;

    /// <summary>What happens to insight records when their person exits.</summary>
    public InsightOnExit InsightOnExit { get; init; } = InsightOnExit.Keep;

    /// <summary>Whether people entered are read back.</summary>
    public Verify Verify { get; init; } = Verify.Auto;

    /// <summary>How often a run compares the ledger with the books; null for never.</summary>
    public TimeSpan? VerifyEvery { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long people are looked at again after a write whose result is unknown.</summary>
    public TimeSpan WatchFor { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Warnings found while reading the file.</summary>
    public IReadOnlyList<Problem> Warnings { get; init; } = [];

    /// <summary>
    /// Where keys stand in the file, for problems found later: a key path such as <c>config.mappings[0].first_name</c> to <c>job.yaml:12:5</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Positions { get; init; } = new Dictionary<string, string>();

    /// <summary>Where a key stands: <c>job.yaml:12:5 key</c>, or the nearest parent that is in the file.</summary>
    public string Where(string key)
    {
        for (var parent = key; parent.Length > 0; parent = parent[..Math.Max(0, parent.LastIndexOfAny(['.', '[']))])
        {
            if (Positions.TryGetValue(parent, out var position))
            {
                return $"{position} {key}";
            }
        }

        return $"{System.IO.Path.GetFileName(Path)} {key}";
    }
}
