using System.Globalization;
using System.Text;
using Rollcall.Model;

namespace Rollcall.Cli.Words;

/// <summary>Fills in the templates of <see cref="Wording"/>.</summary>
internal static class Template
{
    /// <summary>The text with the arguments in their places.</summary>
    /// <param name="argument">Gives an argument by its name.</param>
    /// <exception cref="FormatException">The template is not well-formed.</exception>
    public static string Fill(string template, Func<string, object?> argument) => Fill(template, place => Value(place, argument));

    /// <summary>The text with the arguments' names in their places, for a reader of all of them.</summary>
    public static string Show(string template) => Fill(template, place => place switch
    {
        { Yes: { } yes } => Join(Show(yes), Show(place.No!)),
        { Many: { } many } => $"{{{place.Name}}} {many}",
        _ => $"{{{place.Name}}}",
    });

    /// <summary>The names of the arguments that the template uses.</summary>
    public static IReadOnlySet<string> Names(string template)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        Fill(template, place =>
        {
            names.Add(place.Name);
            names.UnionWith(place.Yes is null ? [] : Names(place.Yes).Union(Names(place.No!)));
            return "";
        });
        return names;
    }

    private static string Fill(string template, Func<Place, string> filled)
    {
        var text = new StringBuilder();
        for (var at = 0; at < template.Length; at++)
        {
            if (template[at] != '{')
            {
                text.Append(template[at]);
                continue;
            }

            var end = Outside(template, '}', at + 1);
            text.Append(filled(Place.Of(template[(at + 1)..end])));
            at = end;
        }

        return text.ToString();
    }

    private static string Value(Place place, Func<string, object?> argument)
    {
        var value = argument(place.Name);
        return place switch
        {
            { Yes: { } yes } => Fill(value is null or false ? place.No! : yes, argument),
            { One: { } one } => Counted.Of((long)value!, one, place.Many),
            { Format: "n" } => ((long)value!).ToString("N0", CultureInfo.InvariantCulture),
            { Format: "shell" } => ShellText.Of((string)value!),
            { Format: null } => Plain(value),
            _ => throw new FormatException($"{place.Format} is no format."),
        };
    }

    private static string Plain(object? value) =>
        value is IReadOnlyList<object?> list ? string.Join(", ", list.Select(Plain)) : string.Create(CultureInfo.InvariantCulture, $"{value}");

    private static string Join(string yes, string no) => yes.Length == 0 || no.Length == 0 ? $"[{yes}{no}]" : $"[{yes} / {no}]";

    /// <summary>Where the sign first stands that no braces enclose, from <paramref name="start"/> on.</summary>
    private static int Outside(string text, char sign, int start)
    {
        var depth = 0;
        for (var at = start; at < text.Length; at++)
        {
            if (depth == 0 && text[at] == sign)
            {
                return at;
            }

            depth += text[at] switch { '{' => 1, '}' => -1, _ => 0 };
        }

        throw new FormatException($"A {sign} is missing: {text}");
    }

    /// <summary>What stands between braces.</summary>
    private sealed record Place(string Name)
    {
        public string? Format { get; private init; }

        public string? One { get; private init; }

        public string? Many { get; private init; }

        public string? Yes { get; private init; }

        public string? No { get; private init; }

        public static Place Of(string text)
        {
            var end = text.AsSpan().IndexOfAny(":|?");
            if (end < 0)
            {
                return new Place(text);
            }

            var (place, rest) = (new Place(text[..end]), text[(end + 1)..]);
            return text[end] switch
            {
                ':' => place with { Format = rest },
                '|' => place with { One = Parts(rest).First, Many = Parts(rest).Second },
                _ => place with { Yes = Parts(rest).First, No = Parts(rest).Second },
            };
        }

        private static (string First, string Second) Parts(string text)
        {
            var bar = Outside(text, '|', 0);
            return (text[..bar], text[(bar + 1)..]);
        }
    }
}
