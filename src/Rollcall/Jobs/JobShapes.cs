using System.Globalization;
using Rollcall.Model;
using System.Text;

namespace Rollcall.Jobs;

/// <summary>Checks the nodes of a file against its shapes, and replaces references to the environment.</summary>
internal sealed class JobShapes(JobProblems problems, Func<string, string?> environment)
{
    public void Check(JobNode node, Shape shape)
    {
        if (node is JobScalar { IsNothing: true })
        {
            problems.Error(node.Path, "has no value.", "Give it one, or take the line out.");
            return;
        }

        switch (shape, node)
        {
            case (EitherShape either, JobScalar):
                Check(node, either.Single);
                break;
            case (EitherShape either, _) when node.GetType() == NodeOf(either.Group):
                Check(node, either.Group);
                break;
            case (TextShape text, JobScalar value):
                CheckText(value, text);
                break;
            case (ChoiceShape choice, JobScalar value):
                CheckChoice(value, choice);
                break;
            case (FlagShape, JobScalar value):
                CheckFlag(value);
                break;
            case (NumberShape number, JobScalar value):
                CheckNumber(value, number);
                break;
            case (ListShape list, JobList items):
                CheckList(items, list);
                break;
            case (MapShape map, JobMap group):
                CheckMap(group, map);
                break;
            case (GroupShape keys, JobMap group):
                CheckGroup(group, keys);
                break;
            default:
                problems.Error(node.Path, $"is {node.Kind}; {shape.Words} is expected.");
                break;
        }
    }

    private static Type NodeOf(Shape shape) => shape switch
    {
        GroupShape or MapShape => typeof(JobMap),
        ListShape => typeof(JobList),
        _ => typeof(JobScalar),
    };

    private void CheckText(JobScalar value, TextShape shape)
    {
        if (EnvironmentReferences.Expand(value.Text, environment, out var wrong, out var todo) is not { } text)
        {
            problems.Error(value.Path, wrong!, todo);
            return;
        }

        value.Value = shape.Secret && value.Text != text ? Secrets.Keep(text) : text;
        if (text.Length == 0 || (!shape.MayBeBlank && string.IsNullOrWhiteSpace(text)))
        {
            problems.Error(value.Path, "is empty.");
        }
        else if (shape is { MayBeBlank: false, MayHaveMargins: false, Secret: false } && text != text.Trim())
        {
            problems.Error(value.Path, "begins or ends with blank space.", "Take it away.");
        }
        else if (text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')) || !IsUnicode(text))
        {
            problems.Error(value.Path, "holds a control character or half a character.");
        }
        else if (!shape.Fits(text))
        {
            problems.Error(value.Path, shape.Secret || value.Text != text
                ? $"is not {shape.Words}."
                : $"{value.Shown} is not {shape.Words}.");
        }
    }

    private void CheckChoice(JobScalar value, ChoiceShape shape)
    {
        if (!shape.Choices.Contains(value.Text))
        {
            var meant = Nearest.To(value.Text, shape.Choices);
            problems.Error(value.Path, $"{value.Shown} is not {shape.Words}.", meant is null ? null : $"Did you mean {meant}?");
        }
    }

    private void CheckFlag(JobScalar value)
    {
        if (value.Text is not ("true" or "false") || value.Quoted)
        {
            problems.Error(value.Path, $"{value.Shown} is not true or false{(value.Quoted ? " without quotes" : "")}.");
        }
    }

    private void CheckNumber(JobScalar value, NumberShape shape)
    {
        if (shape.OrNone && value.Text is "none")
        {
            return;
        }

        if (value.Quoted || Number(value.Text) is not { } number || !shape.Fits(number))
        {
            problems.Error(value.Path, $"{value.Shown} is not {shape.Words}{(value.Quoted ? ", without quotes" : "")}.");
        }
    }

    private void CheckList(JobList list, ListShape shape)
    {
        foreach (var item in list.Items)
        {
            Check(item, shape.Item);
        }

        if (list.Items.Count > shape.Most)
        {
            problems.Error(list.Path, $"holds {list.Items.Count}; the most is {shape.Most}.");
        }
    }

    private void CheckMap(JobMap map, MapShape shape)
    {
        foreach (var (key, value) in map.Entries)
        {
            if (string.IsNullOrWhiteSpace(key) || key != key.Trim() || key.Any(char.IsControl) || !IsUnicode(key))
            {
                problems.Error(
                    value.Path, $"{JobScalar.Show(key)} is no name of {Article(shape.Key)}: it is empty, or has a space at its end or a control character.");
            }
            else
            {
                Check(value, shape.Value);
            }
        }

        if (shape.Pair && map.Entries.Count != 1)
        {
            problems.Error(map.Path, $"holds {map.Entries.Count} pairs; each item of this list is {shape.Words}.", "Begin each pair with a dash.");
        }
    }

    private void CheckGroup(JobMap group, GroupShape shape)
    {
        foreach (var (name, value) in group.Entries)
        {
            if (shape.Keys.FirstOrDefault(key => key.Name == name) is { } known)
            {
                Check(value, known.Shape);
            }
            else
            {
                problems.Error(value.Path, "there is no such key.", problems.HasTooMany ? null : UnknownKey.Suggest(name, shape));
            }
        }

        foreach (var key in shape.Keys.Where(key => key.Required && group[key.Name] is null))
        {
            problems.Error(group.PathOf(key.Name), $"is missing; {key.Shape.Words} is expected.");
        }

        var given = shape.OneOf.Where(name => group[name] is not null).ToList();
        if (shape.OneOf.Length > 0 && given.Count != 1)
        {
            problems.Error(group.Path, given.Count == 0
                ? $"needs {new ChoiceShape(shape.OneOf).Words}."
                : $"has {string.Join(" and ", given)}; only one of them may be there.");
        }
    }

    private static string Article(string noun) => ("aeiou".Contains(noun[0], StringComparison.Ordinal) ? "an " : "a ") + noun;

    /// <summary>The number in a text, as JSON and YAML write numbers; null when there is none.</summary>
    public static double? Number(string text)
    {
        const NumberStyles written = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, written, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
    }

    private static bool IsUnicode(string text)
    {
        var at = 0;
        while (at < text.Length && Rune.TryGetRuneAt(text, at, out var rune))
        {
            at += rune.Utf16SequenceLength;
        }

        return at == text.Length;
    }
}
