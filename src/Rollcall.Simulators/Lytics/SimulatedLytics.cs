using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Simulators.Lytics;

/// <summary>
/// The simulated Lytics account from inside the process: its audiences and profiles, received events, and
/// calls. Audiences are identified by id or slug. Results are snapshots. Everything that names an audience or a profile it
/// does not have throws <see cref="KeyNotFoundException"/>.
/// </summary>
public sealed class SimulatedLytics
{
    private readonly LyticsState _state;

    internal SimulatedLytics(LyticsState state) => _state = state;

    /// <summary>The switches; set to change them while it runs.</summary>
    public LyticsSimulatorOptions Options
    {
        get => _state.Options;
        set => _state.Options = value;
    }

    /// <summary>The audiences, in order of creation.</summary>
    public IReadOnlyList<SimulatedAudience> Audiences => Locked(() =>
        _state.Audiences.Select(audience => new SimulatedAudience(audience.Id, audience.Slug, audience.Name, audience.Invalid, audience.Count)).ToList());

    /// <summary>Every operation it serves, by the names that <see cref="Calls"/> and <see cref="Fault.Operation"/> use.</summary>
    public IReadOnlyList<string> Operations { get; internal set; } = [];

    /// <summary>Calls by operation, those refused or dropped too.</summary>
    public IReadOnlyDictionary<string, int> Calls => _state.Calls.Counts();

    /// <summary>The maximum number of concurrent calls since the start or since <see cref="ForgetMostAtOnce"/>.</summary>
    public int MostAtOnce => _state.Crowd.Most;

    /// <summary>Resets the maximum number of concurrent calls.</summary>
    public void ForgetMostAtOnce() => _state.Crowd.Forget();

    /// <summary>Adds audiences, profiles and collections.</summary>
    /// <exception cref="InvalidDataException">It contradicts itself or the account.</exception>
    public void Plant(LyticsSeed seed) => Do(() => _state.Plant(seed));

    /// <summary>Adds an audience, its slug its id, of profiles that there are.</summary>
    public void AddAudience(string id, params IEnumerable<string> profiles) =>
        Plant(new LyticsSeed { Audiences = [new SeedAudience { Id = id, Profiles = [.. profiles] }] });

    /// <summary>Puts a profile: a JSON object with its <c>_id</c>, in the place of one it has already.</summary>
    /// <exception cref="InvalidDataException">It has no <c>_id</c>.</exception>
    public void Put(string profile)
    {
        var fields = JsonNode.Parse(profile) as JsonObject ?? throw new InvalidDataException("A profile is a JSON object.");
        Do(() => _state.People.Put(fields));
    }

    /// <summary>Sets fields of a profile, also of a generated person: a JSON object of the fields to set.</summary>
    public void Set(string id, string fields)
    {
        var set = JsonNode.Parse(fields) as JsonObject ?? throw new InvalidDataException("Fields are a JSON object.");
        Do(() => _state.People.Set(_state.Person(id), set));
    }

    /// <summary>A profile as JSON.</summary>
    public string Profile(string id) => Locked(() =>
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            _state.People.Write(json, _state.Person(id), null);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    });

    /// <summary>Profiles enter an audience.</summary>
    public void Enter(string audience, params IEnumerable<string> profiles) =>
        Do(() => _state.Audience(audience).Enter(profiles.Select(_state.Person).ToList()));

    /// <summary>Profiles leave an audience.</summary>
    public void Exit(string audience, params IEnumerable<string> profiles) => Do(() =>
    {
        foreach (var profile in profiles)
        {
            _state.Audience(audience).Exit(_state.Person(profile));
        }
    });

    /// <summary>Generated people enter an audience, in bulk: <paramref name="count"/> of them, the first with the number <paramref name="from"/>.</summary>
    public void EnterGenerated(string audience, int from, int count) => Do(() => _state.Audience(audience).Enter(LyticsState.Numbers(from, count)));

    /// <summary>Generated people leave an audience, in bulk.</summary>
    public void ExitGenerated(string audience, int from, int count) => Do(() =>
    {
        _ = LyticsState.Numbers(from, count);
        _state.Audience(audience).Exit(number => number >= from && number < from + count);
    });

    /// <summary>The <c>total_spend</c>, <c>visits</c> and <c>last_visit</c> of generated people change.</summary>
    public void ChangeGenerated(int from, int count) => Do(() =>
    {
        _ = LyticsState.Numbers(from, count);
        _state.People.Change(from, count);
    });

    /// <summary>Makes an audience valid or not.</summary>
    public void SetInvalid(string audience, bool invalid = true) => Do(() => _state.Audience(audience).Invalid = invalid);

    /// <summary>Makes an audience's size, and the <c>total</c> of its scans, say something else; null for what it is.</summary>
    public void SaySize(string audience, int? size) => Do(() => _state.Audience(audience).SaidSize = size);

    /// <summary>The next scan that starts with a profile's split misses the profile; later ones have it.</summary>
    public void MissInNextScan(string audience, params IEnumerable<string> profiles) =>
        Do(() => _state.Audience(audience).MissedNext.UnionWith(profiles.Select(_state.Person)));

    /// <summary>The split, 0 to 99, that a profile is always in.</summary>
    public int SplitOf(string profile) => Locked(() => _state.People.Bucket(_state.Person(profile)));

    /// <summary>Hides these fields from schema and field info.</summary>
    public void HideFields(params IEnumerable<string> fields) => Do(() => _state.HiddenFields.UnionWith(fields));

    /// <summary>A content collection is deleted.</summary>
    public void RemoveCollection(string id) => Do(() =>
    {
        if (_state.Collections.RemoveAll(collection => collection.Id == id || collection.Slug == id) == 0)
        {
            throw new KeyNotFoundException($"There is no collection '{id}'.");
        }
    });

    /// <summary>Sets the recommendations of a person for all collections: JSON objects.</summary>
    public void Recommend(string profile, params IEnumerable<string> items) =>
        Do(() => _state.Recommendations[_state.Person(profile)] = [.. items.Select(item => (JsonObject)JsonNode.Parse(item)!)]);

    /// <summary>The accepted events of a stream, in order of arrival.</summary>
    public IReadOnlyList<CollectedEvent> Events(string stream = StatusMapping.Stream) =>
        Locked(() =>
            _state.Events.Where(one => one.Stream == stream).Select(one => new CollectedEvent(one.Stream, one.Time, Encoding.UTF8.GetString(one.Json)))
            .ToList());

    /// <summary>Adds faults to those scripted.</summary>
    public void AddFaults(params IEnumerable<Fault> faults) => _state.Faults.Add(faults);

    /// <summary>Forgets every scripted fault.</summary>
    public void ClearFaults() => _state.Faults.Replace([]);

    private void Do(Action act)
    {
        lock (_state.Gate)
        {
            act();
        }
    }

    private T Locked<T>(Func<T> read)
    {
        lock (_state.Gate)
        {
            return read();
        }
    }
}

/// <summary>An audience; <paramref name="Members"/> counts its profiles.</summary>
public sealed record SimulatedAudience(string Id, string Slug, string Name, bool Invalid, int Members);

/// <summary>An accepted event of a stream.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Time">When.</param>
/// <param name="Json">The event, compact.</param>
public sealed record CollectedEvent(string Stream, DateTime Time, string Json);
