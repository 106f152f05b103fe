using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Rollcall.Jobs;

/// <summary>
/// Text to nodes. Only the simple part of YAML: groups, lists and values, so that a file means what it looks like.
/// JSON is a subset of it.
/// </summary>
internal sealed class JobSyntax
{
    /// <summary>The largest job file, in characters: a thousand audiences with a page of SQL each fit.</summary>
    public const int MaxLength = 4 * 1024 * 1024;

    /// <summary>Most keys and values: a thousand audiences with their books, each of its own name and visibility, are a fifth of it.</summary>
    private const int MaxNodes = 50_000;

    /// <summary>The deepest nesting: twice what any key needs.</summary>
    private const int MaxDepth = 20;

    private readonly JobProblems _problems;
    private readonly ReferenceMask _mask;
    private readonly CarefulParser _parser;
    private int _nodes;

    private JobSyntax(CarefulParser parser, ReferenceMask mask, JobProblems problems) =>
        (_parser, _mask, _problems) = (parser, mask, problems);

    /// <summary>Reads the nodes of a file; null, with an error in <paramref name="problems"/>, where they cannot be read.</summary>
    public static JobMap? Parse(string text, JobProblems problems)
    {
        if (text.Length > MaxLength)
        {
            problems.Error("", $"the file is too large for a job file: more than {MaxLength / 1024 / 1024} MB.", "Is it the data?");
            return null;
        }

        if (ControlCharacter(text) is { } control)
        {
            problems.ErrorAt(control, "", "a control character stands here; a job file is YAML or JSON text.", "Is it the right file?");
            return null;
        }

        try
        {
            var mask = ReferenceMask.For(text);
            return new JobSyntax(new CarefulParser(mask.Hide(text)), mask, problems).Document();
        }
        catch (YamlException wrong)
        {
            var (at, message, todo) = JobSyntaxError.Explain(wrong, text);
            problems.ErrorAt(at, "", message, todo);
            return null;
        }
    }

    private static Position? ControlCharacter(string text)
    {
        var (line, column) = (1, 1);
        foreach (var c in text)
        {
            if (char.IsControl(c) && c is not ('\n' or '\r' or '\t'))
            {
                return new Position(line, column);
            }

            (line, column) = c == '\n' ? (line + 1, 1) : (line, column + 1);
        }

        return null;
    }

    private JobMap? Document()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _))
        {
            _problems.Error("", "the file is empty.", "rollcall init writes one to begin with.");
            return null;
        }

        var at = At(_parser.Current!);
        var root = Node("", at, 0);
        if (root is null)
        {
            return null;
        }

        _parser.Consume<DocumentEnd>();
        if (_parser.Accept<DocumentStart>(out var second))
        {
            _problems.ErrorAt(At(second), "", "a second document starts here; a file holds one job.", "Put it into a file of its own.");
        }

        if (root is JobMap map)
        {
            return map;
        }

        _problems.ErrorAt(at, "", root is JobScalar { IsNothing: true }
            ? "the file is empty."
            : $"the file holds {root.Kind}; a job file is a group of keys such as tag, source and config.",
            "rollcall init writes one to begin with.");
        return null;
    }

    /// <summary>The next node; null, with an error noted, when reading cannot continue.</summary>
    private JobNode? Node(string path, Position at, int depth)
    {
        if (depth > MaxDepth)
        {
            _problems.ErrorAt(at, path, $"is nested more than {MaxDepth} deep; no key of a job file is.");
            return null;
        }

        if (++_nodes > MaxNodes)
        {
            _problems.ErrorAt(at, "", $"the file has more than {MaxNodes:N0} keys and values; no job file has.", "Is it the data?");
            return null;
        }

        _problems.Stands(path, at);
        switch (_parser.Current)
        {
            case AnchorAlias alias:
                _problems.Error(path, "is an alias (*name); a job file has none.", "Write the value out.");
                _parser.MoveNext();
                return new JobScalar(path, at, "*" + alias.Value, quoted: true);
            case Scalar scalar:
                Plain(scalar, path);
                _parser.MoveNext();
                return new JobScalar(path, at, _mask.Show(scalar.Value), scalar.Style is not ScalarStyle.Plain);
            case SequenceStart start:
                Plain(start, path);
                return List(path, at, depth);
            case MappingStart start:
                Plain(start, path);
                return Map(path, at, depth);
            default:
                // The library accepts some mistakes, such as a key that is only a question mark.
                _problems.ErrorAt(at, path, "a value is missing after this, or it cannot be read.");
                return null;
        }
    }

    private JobList? List(string path, Position at, int depth)
    {
        var list = new JobList(path, at);
        _parser.MoveNext();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            if (Node($"{path}[{list.Items.Count}]", At(_parser.Current!), depth + 1) is not { } item)
            {
                return null;
            }

            list.Items.Add(item);
        }

        return list;
    }

    private JobMap? Map(string path, Position at, int depth)
    {
        var map = new JobMap(path, at);
        _parser.MoveNext();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (!_parser.TryConsume<Scalar>(out var key))
            {
                _problems.ErrorAt(At(_parser.Current!), path, "a key is a single word here, not a list, a group or an alias.");
                return null;
            }

            var name = _mask.Show(key.Value);
            var (keyAt, keyPath) = (At(key), map.PathOf(name));
            Plain(key, keyPath);
            if (map[name] is { } first)
            {
                // Read on, so that all errors of the file are reported, but keep the first value.
                _problems.ErrorAt(keyAt, keyPath, $"is there twice, first in line {first.At.Line}.", "Keep one.");
                if (Skip(depth + 1) is null)
                {
                    return null;
                }
            }
            else if (Node(keyPath, keyAt, depth + 1) is { } value)
            {
                map.TryAdd(new JobEntry(name, value));
            }
            else
            {
                return null;
            }
        }

        return map;
    }

    private JobNode? Skip(int depth)
    {
        // Positions of what is skipped must not replace those of what was kept.
        var aside = new JobProblems("");
        var reader = new JobSyntax(_parser, _mask, aside);
        return reader.Node("", default, depth);
    }

    private void Plain(NodeEvent node, string path)
    {
        if (!node.Anchor.IsEmpty)
        {
            _problems.Error(path, $"has an anchor (&{node.Anchor.Value}); a job file has none.", "Write the value out where it is needed.");
        }
        else if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific)
        {
            _problems.Error(path, "has a tag (!name); a job file has none.", "Put the value between quotes if it is text.");
        }
    }

    private static Position At(ParsingEvent here) => new((int)here.Start.Line, (int)here.Start.Column);
}
