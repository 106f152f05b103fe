using System.Text;

namespace Rollcall.Jobs;

/// <summary>The reference of the job file, <c>docs/job-file.md</c>, from the same description that files are checked with.</summary>
internal static class JobFileReference
{
    private const string Introduction = """
        # The job file

        A job file says what to export where. It is YAML, or JSON with the same keys. `rollcall init` writes one to begin
        with, `rollcall check` finds everything wrong with it at once, and `rollcall schema` prints its JSON Schema: with
        `# yaml-language-server: $schema=job.schema.json` as the first line, editors complete the keys.

        - `${NAME}` in a text is the environment variable NAME; one that is not set is an error. `$${` is a plain `${`.
          In SQL the value is put in as it is: quote it as SQL wants. Between `{` and `}` editors want it in quotes.
        - Relative paths start where the job file lies.
        - Passwords go only to `https://*.dotdigital.com`, or to a simulator on this machine.
        - A key that does not exist, a key that is there twice and a key without a value are errors. YAML's anchors, aliases
          and tags are not used: a file means what it looks like.

        This page is generated from the description that files are checked with.

        """;

    /// <summary>The page.</summary>
    public static string Markdown { get; } = Write();

    /// <summary>What a key does, as plain text for editors.</summary>
    public static string Plain(JobKey key) =>
        key.Doc.Replace("`", "", StringComparison.Ordinal).Replace("*", "", StringComparison.Ordinal);

    private static string Write()
    {
        var page = new StringBuilder(Introduction);
        Section(page, JobKeys.Root, "");
        page.Append("""

            ## A whole file

            ```yaml

            """);
        page.Append(JobFileTemplate.Text).Append("```\n");
        return page.ToString();
    }

    private static void Section(StringBuilder page, GroupShape group, string path)
    {
        page.Append(path.Length == 0 ? "\n## Top level\n\n" : $"\n## `{path}`\n\n");
        if (group.OneOf.Length > 0)
        {
            page.Append($"Exactly one of {string.Join(", ", group.OneOf.Select(name => $"`{name}`"))}.\n\n");
        }

        page.Append("| key | value | default | meaning |\n|---|---|---|---|\n");
        foreach (var key in group.Keys)
        {
            var standard = key.Required ? "**required**"
                : key.Default is not { } given ? ""
                : given.Contains(' ', StringComparison.Ordinal) ? given
                : $"`{given}`";
            page.Append($"| `{key.Name}` | {Cell(key.Shape.Words + Link(key.Shape, Join(path, key.Name)))} | {Cell(standard)} | {Cell(key.Doc)} |\n");
        }

        if (group.Example is { } example)
        {
            page.Append($"\n```yaml\n{example}\n```\n");
        }

        foreach (var key in group.Keys)
        {
            foreach (var (below, name) in Below(key.Shape, Join(path, key.Name)))
            {
                Section(page, below, name);
            }
        }
    }

    /// <summary>The groups in a shape, each with its path.</summary>
    private static IEnumerable<(GroupShape Group, string Path)> Below(Shape shape, string path) => shape switch
    {
        GroupShape group => [(group, path)],
        EitherShape either => Below(either.Group, path),
        ListShape list => Below(list.Item, path + "[]"),
        MapShape map => Below(map.Value, Join(path, map.Key.ToUpperInvariant())),
        _ => [],
    };

    private static string Link(Shape shape, string path) =>
        Below(shape, path).Select(one => $" ([keys](#{string.Concat(one.Path.Split('.', '[', ']')).ToLowerInvariant()}))").FirstOrDefault("");

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
