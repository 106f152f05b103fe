namespace Rollcall.Jobs;

/// <summary>Suggests what an unknown key should be.</summary>
internal static class UnknownKey
{
    public static string Suggest(string written, GroupShape group)
    {
        if (Elsewhere(written, JobKeys.Root, "") is { } place)
        {
            return $"{JobScalar.Show(written)[1..^1]} belongs {place}.";
        }

        return Nearest.To(written, group.Keys.Select(key => key.Name)) is { } near
            ? $"Did you mean {near}?"
            : $"Known here: {string.Join(", ", group.Keys.Select(key => key.Name))}.";
    }

    /// <summary>Where in the file the key exists, outermost first; null when nowhere.</summary>
    private static string? Elsewhere(string written, GroupShape group, string path)
    {
        if (group.Keys.Any(key => key.Name == written))
        {
            return path.Length == 0 ? "at the top level of the file" : $"under {path}";
        }

        return group.Keys
            .Select(key => (key.Name, Group: GroupOf(key.Shape)))
            .Where(one => one.Group is not null)
            .Select(one => Elsewhere(written, one.Group!, path.Length == 0 ? one.Name : $"{path}.{one.Name}"))
            .FirstOrDefault(place => place is not null);
    }

    private static GroupShape? GroupOf(Shape shape) => shape switch
    {
        GroupShape group => group,
        EitherShape either => either.Group as GroupShape,
        _ => null,
    };
}
