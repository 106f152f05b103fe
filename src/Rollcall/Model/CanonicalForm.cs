using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Rollcall.Model;

/// <summary>
/// Unicode's canonical composition (NFC), the same on every machine: the runtime's own needs the ICU library, which Rollcall does without, and
/// returns text unchanged where it is missing.
/// </summary>
internal static class CanonicalForm
{
    private const int LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7, SyllableBase = 0xAC00;
    private const int Leads = 19, Vowels = 21, Trails = 28, Syllables = Leads * Vowels * Trails;

    private static readonly Tables Known = Tables.Read();

    /// <summary>The text in composed form.</summary>
    public static string Compose(string text)
    {
        if (!MayChange(text))
        {
            return text;
        }

        var points = new List<int>(text.Length + 8);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, points);
        }

        Order(points);
        return Join(points);
    }

    // Nothing below U+0300 combines, and only few letters beyond it decompose: most text is done here.
    private static bool MayChange(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value >= 0x300)
            {
                return true;
            }
        }

        return false;
    }

    private static void Decompose(int point, List<int> to)
    {
        if (Known.Decompositions.TryGetValue(point, out var parts))
        {
            Decompose(parts.First, to);
            if (parts.Second != 0)
            {
                Decompose(parts.Second, to);
            }
        }
        else if (point is >= SyllableBase and < SyllableBase + Syllables)
        {
            var syllable = point - SyllableBase;
            to.Add(LeadBase + (syllable / (Vowels * Trails)));
            to.Add(VowelBase + (syllable % (Vowels * Trails) / Trails));
            if (syllable % Trails != 0)
            {
                to.Add(TrailBase + (syllable % Trails));
            }
        }
        else
        {
            to.Add(point);
        }
    }

    /// <summary>Sorts each run of combining characters by class, equal ones as they stand.</summary>
    private static void Order(List<int> points)
    {
        for (var i = 1; i < points.Count; i++)
        {
            var (point, order) = (points[i], Class(points[i]));
            var at = i;
            for (; order != 0 && at > 0 && Class(points[at - 1]) > order; at--)
            {
                points[at] = points[at - 1];
            }

            points[at] = point;
        }
    }

    private static string Join(List<int> points)
    {
        var kept = new List<int>(points.Count);
        var (starter, last) = (-1, 0);
        foreach (var point in points)
        {
            var order = Class(point);
            var adjacent = starter == kept.Count - 1;
            if (starter >= 0 && (adjacent || (last < order && last != 0)) && Pair(kept[starter], point) is { } whole)
            {
                kept[starter] = whole;
                continue;
            }

            if (order == 0)
            {
                starter = kept.Count;
            }

            last = order;
            kept.Add(point);
        }

        var text = new StringBuilder(kept.Count);
        kept.ForEach(point => text.Append(new Rune(point).ToString()));
        return text.ToString();
    }

    private static int? Pair(int first, int second) => (first, second) switch
    {
        (>= LeadBase and < LeadBase + Leads, >= VowelBase and < VowelBase + Vowels) =>
            SyllableBase + ((((first - LeadBase) * Vowels) + second - VowelBase) * Trails),
        (>= SyllableBase and < SyllableBase + Syllables, > TrailBase and < TrailBase + Trails) when (first - SyllableBase) % Trails == 0 =>
            first + second - TrailBase,
        _ => Known.Compositions.TryGetValue((first, second), out var whole) ? whole : null,
    };

    private static int Class(int point) => point < 0x300 ? 0 : Known.Classes.GetValueOrDefault(point);

    private sealed record Tables(
        FrozenDictionary<int, (int First, int Second)> Decompositions,
        FrozenDictionary<(int First, int Second), int> Compositions,
        FrozenDictionary<int, int> Classes)
    {
        /// <summary>Reads <c>canonical.txt</c>.</summary>
        public static Tables Read()
        {
            using var stream = typeof(CanonicalForm).Assembly.GetManifestResourceStream("Rollcall.Model.canonical.txt")!;
            using var reader = new StreamReader(stream);
            var decompositions = new Dictionary<int, (int, int)>();
            var compositions = new Dictionary<(int, int), int>();
            var classes = new Dictionary<int, int>();
            while (reader.ReadLine() is { } line)
            {
                if (line.StartsWith('#'))
                {
                    continue;
                }

                var (equals, composes) = (line.IndexOfAny(['=', '<']), line.Contains('=', StringComparison.Ordinal));
                var words = line[(equals + 1)..].Split(' ');
                if (equals < 0)
                {
                    var range = words[0].Split('-');
                    for (var point = Point(range[0]); point <= Point(range[^1]); point++)
                    {
                        classes.Add(point, int.Parse(words[1], CultureInfo.InvariantCulture));
                    }

                    continue;
                }

                var (whole, parts) = (Point(line[..equals]), (Point(words[0]), words.Length > 1 ? Point(words[1]) : 0));
                decompositions.Add(whole, parts);
                if (composes)
                {
                    compositions.Add(parts, whole);
                }
            }

            return new Tables(decompositions.ToFrozenDictionary(), compositions.ToFrozenDictionary(), classes.ToFrozenDictionary());
        }

        private static int Point(string hex) => int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
