using Rollcall.Model;

namespace Rollcall.Jobs;

/// <summary>
/// The problems of one job file, gathered until all of it was checked. One key has one error: later checks do not repeat what an earlier one said of it.
/// </summary>
internal sealed class JobProblems(string path)
{
    /// <summary>Most problems that are listed: nobody reads more, and a file full of them would fill memory.</summary>
    public const int Most = 100;

    private readonly string _file = Path.GetFileName(path);
    private readonly List<(Position At, Problem Problem)> _found = [];
    private readonly HashSet<string> _broken = [];
    private long _untold;
    private readonly Dictionary<string, Position> _positions = new() { [""] = new(1, 1) };

    /// <summary>Where each key of the file stands.</summary>
    public IReadOnlyDictionary<string, string> Positions =>
        _positions.Where(place => place.Key.Length > 0).ToDictionary(place => place.Key, place => Place(place.Value));

    public bool HasErrors => _broken.Count > 0;

    /// <summary>Whether there are more problems than are listed.</summary>
    public bool HasTooMany => _untold > 0;

    /// <summary>In the order of the file; errors before warnings where there are too many, and last how many more there are.</summary>
    public IReadOnlyList<Problem> All
    {
        get
        {
            var told = _found
                .OrderByDescending(one => one.Problem.Severity)
                .Take(Most)
                .OrderBy(one => one.At.Line)
                .ThenBy(one => one.At.Column)
                .Select(one => one.Problem)
                .ToList();
            var more = _untold + _found.Count - told.Count;
            return more == 0
                ? told
                : [.. told, new Problem($"and {Counted.Of(more, "more problem")}.", _file, "Fix these first.", HasErrors ? Severity.Error : Severity.Warning)];
        }
    }

    /// <summary>Whether the file has the key.</summary>
    public bool Has(string key) => _positions.ContainsKey(key);

    public void Stands(string key, Position at) => _positions[key] = at;

    /// <summary>Whether this very key has an error.</summary>
    public bool IsBroken(string key) => _broken.Contains(key);

    /// <summary>Whether this key or one below it has an error, or is missing because one above it has.</summary>
    public bool IsTouched(string key) => _broken.Any(one => IsAtOrBelow(one, key) || (!Has(key) && IsAtOrBelow(key, one)));

    public void Error(string key, string message, string? todo = null)
    {
        if (!_broken.Contains(key))
        {
            ErrorAt(AtOf(key), key, message, todo);
        }
    }

    /// <summary>An error at a place without a key of its own, such as a duplicate key.</summary>
    public void ErrorAt(Position at, string key, string message, string? todo = null)
    {
        if (_broken.Count < Most)
        {
            _broken.Add(key);
        }

        Add(key, at, message, todo, Severity.Error);
    }

    public void Warning(string key, string message, string? todo = null) => Add(key, AtOf(key), message, todo, Severity.Warning);

    private void Add(string key, Position at, string message, string? todo, Severity severity)
    {
        if (_found.Count(one => one.Problem.Severity == severity) >= Most)
        {
            _untold++;
            return;
        }

        var where = Place(at) + (key.Length == 0 ? "" : " " + Shorten(key));
        _found.Add((at, new Problem(message, where, todo, severity)));
    }

    private static bool IsAtOrBelow(string key, string parent) =>
        parent.Length > 0 && key.StartsWith(parent, StringComparison.Ordinal) && (key.Length == parent.Length || key[parent.Length] is '.' or '[');

    private static string Shorten(string key) => JobScalar.Show(key)[1..^1];

    private string Place(Position at) => $"{_file}:{at.Line}:{at.Column}";

    private Position AtOf(string key)
    {
        for (var parent = key; parent.Length > 0; parent = parent[..Math.Max(0, parent.LastIndexOfAny(['.', '[']))])
        {
            if (_positions.TryGetValue(parent, out var at))
            {
                return at;
            }
        }

        return _positions[""];
    }
}
