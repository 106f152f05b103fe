using System.Text.Json.Nodes;
using Rollcall.Simulators.Http;

namespace Rollcall.Simulators.Lytics;

/// <summary>What every part of a simulated Lytics account works on.</summary>
internal sealed class LyticsState
{
    private volatile LyticsSimulatorOptions _options;

    public LyticsState(LyticsSimulatorOptions options)
    {
        _options = options;
        Clock = options.Clock;
        Started = Now;
        People = new People(() => Options);
        Faults.Replace(options.Faults);
    }

    public Lock Gate { get; } = new();

    public LyticsSimulatorOptions Options
    {
        get => _options;
        set
        {
            if (!ReferenceEquals(value.Faults, _options.Faults))
            {
                Faults.Replace(value.Faults);
            }

            _options = value;
        }
    }

    public TimeProvider Clock { get; }

    public DateTime Now => Clock.GetUtcNow().UtcDateTime;

    public DateTime Started { get; }

    public FaultScript Faults { get; } = new();

    public CallCounts Calls { get; } = new();

    public Crowd Crowd { get; } = new();

    public People People { get; }

    public List<Audience> Audiences { get; } = [];

    public List<Collection> Collections { get; } = [];

    /// <summary>Explicitly set recommendations of people, by the profile's number.</summary>
    public Dictionary<int, IReadOnlyList<JsonObject>> Recommendations { get; } = [];

    /// <summary>Fields that are hidden from schema and field info.</summary>
    public HashSet<string> HiddenFields { get; } = new(StringComparer.Ordinal);

    /// <summary>Accepted events, in order of arrival.</summary>
    public List<TakenEvent> Events { get; } = [];

    public Audience Audience(string idOrSlug) =>
        Audiences.Find(audience => audience.Id == idOrSlug) ?? Audiences.Find(audience => audience.Slug == idOrSlug)
        ?? throw new KeyNotFoundException($"There is no audience '{idOrSlug}'.");

    public int Person(string id) => People.Find(id) ?? throw new KeyNotFoundException($"There is no profile '{id}'.");

    public void Plant(LyticsSeed seed)
    {
        foreach (var profile in seed.Profiles)
        {
            People.Put((JsonObject)profile.DeepClone());
        }

        foreach (var about in seed.Audiences)
        {
            if (Audiences.Exists(audience => audience.Id == about.Id || audience.Slug == (about.Slug ?? about.Id)))
            {
                throw new InvalidDataException($"There is an audience '{about.Id}', or one with its slug, already.");
            }

            var audience = new Audience(about, Audiences.Count, People.Bucket);
            audience.Enter(Numbers(about.From, about.Generate));
            audience.Enter(
                about.Profiles.Select(
                    id => People.Find(id) ?? throw new InvalidDataException($"The seed's audience '{about.Id}' has the unknown profile '{id}'.")));
            Audiences.Add(audience);
        }

        foreach (var about in seed.Collections)
        {
            if (Collections.Exists(collection => collection.Id == about.Id))
            {
                throw new InvalidDataException($"There is a collection '{about.Id}' already.");
            }

            Collections.Add(new Collection(about));
        }
    }

    /// <summary>The numbers of generated people.</summary>
    /// <exception cref="InvalidDataException">The numbers do not exist.</exception>
    public static IEnumerable<int> Numbers(int from, int count) => from >= 1 && count >= 0 && from + (long)count <= People.FirstWritten
        ? Enumerable.Range(from, count)
        : throw new InvalidDataException($"Generated people have numbers from 1 to {People.FirstWritten - 1}; {count} from {from} are not among them.");
}

/// <summary>An accepted event, compact.</summary>
internal readonly record struct TakenEvent(string Stream, DateTime Time, byte[] Json);
