namespace Rollcall.Simulators.Http;

/// <summary>A path such as <c>/v2/contacts/{email}</c>: segments in braces take any value, the others any case.</summary>
internal sealed class PathTemplate(string template)
{
    private readonly string[] _segments = template.Trim('/').Split('/');

    /// <summary>The number of fixed segments: of two templates that match a path, the one with more of them is used.</summary>
    public int FixedWords { get; } = template.Trim('/').Split('/').Count(segment => segment[0] != '{');

    /// <summary>The captured values when the path is this one, else null.</summary>
    public string[]? Match(string[] path)
    {
        if (path.Length != _segments.Length)
        {
            return null;
        }

        var captured = new List<string>();
        for (var i = 0; i < path.Length; i++)
        {
            if (_segments[i][0] == '{')
            {
                captured.Add(path[i]);
            }
            else if (!string.Equals(path[i], _segments[i], StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }
        }

        return [.. captured];
    }
}
