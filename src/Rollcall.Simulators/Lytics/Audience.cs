namespace Rollcall.Simulators.Lytics;

/// <summary>An audience: its names, and the numbers of its profiles in 100 buckets, each in order. Callers must hold the account's gate.</summary>
internal sealed class Audience(SeedAudience about, int ordinal, Func<int, int> bucketOf)
{
    public const int BucketCount = 100;

    private readonly List<int>[] _buckets = [.. Enumerable.Range(0, BucketCount).Select(_ => new List<int>())];

    /// <summary>Told apart in start tokens by this.</summary>
    public int Ordinal => ordinal;

    public string Id => about.Id;

    public string Slug => about.Slug ?? about.Id;

    public string Name => about.Name ?? Slug;

    public string SegmentQl => about.SegmentQl;

    public IReadOnlyList<string> Tags => about.Tags;

    public bool Invalid { get; set; } = about.Invalid;

    /// <summary>The reported size; null for the real one.</summary>
    public int? SaidSize { get; set; }

    public int Count { get; private set; }

    /// <summary>Profiles that the next scan of their bucket misses.</summary>
    public HashSet<int> MissedNext { get; } = [];

    public List<int> Bucket(int at) => _buckets[at];

    public bool Contains(int number) => _buckets[bucketOf(number)].BinarySearch(number) >= 0;

    public void Enter(IEnumerable<int> numbers)
    {
        var untidy = new HashSet<List<int>>();
        foreach (var number in numbers)
        {
            var bucket = _buckets[bucketOf(number)];
            if (bucket.Count > 0 && bucket[^1] >= number)
            {
                untidy.Add(bucket);
            }

            bucket.Add(number);
        }

        foreach (var bucket in untidy)
        {
            var tidy = bucket.Distinct().Order().ToList();
            bucket.Clear();
            bucket.AddRange(tidy);
        }

        Count = _buckets.Sum(bucket => bucket.Count);
    }

    public void Exit(Predicate<int> leaves)
    {
        foreach (var bucket in _buckets)
        {
            Count -= bucket.RemoveAll(leaves);
        }
    }

    public bool Exit(int number)
    {
        var bucket = _buckets[bucketOf(number)];
        var at = bucket.BinarySearch(number);
        if (at < 0)
        {
            return false;
        }

        bucket.RemoveAt(at);
        Count--;
        return true;
    }
}
