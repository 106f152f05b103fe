namespace Rollcall.Simulators.State;

/// <summary>The insight collections by name: each owner's records, the JSON by key.</summary>
internal sealed class InsightStore
{
    /// <summary>The owner of an account's own records; a contact's are under its id.</summary>
    public const long Account = 0;

    private readonly SortedDictionary<string, Dictionary<long, SortedDictionary<string, string>>> _collections = new(StringComparer.OrdinalIgnoreCase);

    public bool Has(string collection) => _collections.ContainsKey(collection);

    public void Create(string collection)
    {
        if (!Has(collection))
        {
            _collections.Add(collection, []);
        }
    }

    public void Put(string collection, long owner, string key, string json)
    {
        var owners = _collections[collection];
        if (!owners.TryGetValue(owner, out var records))
        {
            owners.Add(owner, records = new(StringComparer.Ordinal));
        }

        records[key] = json;
    }

    /// <returns>Whether there was such a record.</returns>
    public bool Delete(string collection, long owner, string key) =>
        _collections[collection].TryGetValue(owner, out var records) && records.Remove(key);

    /// <summary>Every record of a collection; empty if the collection does not exist.</summary>
    public IEnumerable<(long Owner, string Key, string Json)> Records(string collection) =>
        _collections.TryGetValue(collection, out var owners)
            ? owners.SelectMany(owner => owner.Value.Select(record => (owner.Key, record.Key, record.Value)))
            : [];

    /// <summary>Every record of one owner, by collection and key.</summary>
    public IEnumerable<(string Collection, string Key, string Json)> Of(long owner) =>
        _collections.SelectMany(collection => collection.Value.TryGetValue(owner, out var records)
            ? records.Select(record => (collection.Key, record.Key, record.Value))
            : []);
}
