namespace Rollcall.Jobs;

/// <summary>A place in a job file, both from 1.</summary>
internal readonly record struct Position(int Line, int Column);

/// <summary>A node of a job file: its key path, such as <c>config.mappings[0].first_name</c>, and where it (or its key) stands.</summary>
internal abstract class JobNode(string path, Position at)
{
    public string Path { get; } = path;

    public Position At { get; } = at;

    /// <summary>What the node is, with its article, for messages.</summary>
    public abstract string Kind { get; }
}

/// <summary>Keys and their values, in the file's order; no key is there twice.</summary>
internal sealed class JobMap(string path, Position at) : JobNode(path, at)
{
    private readonly Dictionary<string, JobNode> _byKey = [];

    public List<JobEntry> Entries { get; } = [];

    public override string Kind => "a group of keys";

    public JobNode? this[string key] => _byKey.GetValueOrDefault(key);

    public bool TryAdd(JobEntry entry)
    {
        if (!_byKey.TryAdd(entry.Key, entry.Value))
        {
            return false;
        }

        Entries.Add(entry);
        return true;
    }

    public string PathOf(string key) => Path.Length == 0 ? key : $"{Path}.{key}";
}

/// <summary>A key and its value.</summary>
internal readonly record struct JobEntry(string Key, JobNode Value);

/// <summary>A list.</summary>
internal sealed class JobList(string path, Position at) : JobNode(path, at)
{
    public List<JobNode> Items { get; } = [];

    public override string Kind => "a list";
}

/// <summary>A single value.</summary>
internal sealed class JobScalar(string path, Position at, string text, bool quoted) : JobNode(path, at)
{
    /// <summary>The value as the file has it.</summary>
    public string Text { get; } = text;

    /// <summary>The value with references to the environment replaced. May be a secret: messages show <see cref="Text"/>.</summary>
    public string Value { get; set; } = text;

    public bool Quoted { get; } = quoted;

    /// <summary>Whether there is no value, or YAML's null.</summary>
    public bool IsNothing => !Quoted && (Text is "" or "~" or "null" or "Null" or "NULL");

    public override string Kind => "a single value";

    /// <summary>The value as the file has it, on one line and not too long.</summary>
    public string Shown => Show(Text);

    public static string Show(string text)
    {
        var line = new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]);
        return line.Length <= 60 ? $"\"{line}\"" : $"\"{line[..57]}...\"";
    }
}
