using System.Globalization;
using System.Text;

namespace Rollcall.Simulators.State;

/// <summary>
/// Unicode's normalization form C. The machine's own knows only ASCII where the program runs without the libraries of cultures,
/// so this one reads its data from <c>canonical.txt</c>.
/// </summary>
internal static class ComposedText
{
    private const int HangulFirst = 0xAC00;
    private const int HangulCount = 11172;
    private const int LeadFirst = 0x1100;
    private const int VowelFirst = 0x1161;
    private const int TailBefore = 0x11A7;
    private const int Vowels = 21;
    private const int Tails = 28;
    private static readonly Lazy<Tables> Data = new(Read);

    /// <summary>The text in form C; text that is not valid Unicode is returned unchanged.</summary>
    public static string Of(string text)
    {
        if (Ascii.IsValid(text) || !IsUnicode(text))
        {
            return text;
        }

        var runes = new List<int>();
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, runes);
        }

        Order(runes);
        return Compose(runes);
    }

    private static bool IsUnicode(string text)
    {
        var left = text.AsSpan();
        while (left.Length > 0)
        {
            if (Rune.DecodeFromUtf16(left, out _, out var length) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            left = left[length..];
        }

        return true;
    }

    private static void Decompose(int rune, List<int> into)
    {
        if (rune - HangulFirst is >= 0 and < HangulCount and var syllable)
        {
            into.Add(LeadFirst + (syllable / (Vowels * Tails)));
            into.Add(VowelFirst + (syllable % (Vowels * Tails) / Tails));
            if (syllable % Tails > 0)
            {
                into.Add(TailBefore + (syllable % Tails));
            }
        }
        else if (Data.Value.Parts.TryGetValue(rune, out var parts))
        {
            foreach (var part in parts)
            {
                Decompose(part, into);
            }
        }
        else
        {
            into.Add(rune);
        }
    }

    /// <summary>Puts marks into the order of their classes, those of one class left as they come.</summary>
    private static void Order(List<int> runes)
    {
        for (var i = 1; i < runes.Count; i++)
        {
            for (var at = i; at > 0 && Class(runes[at]) != 0 && Class(runes[at - 1]) > Class(runes[at]); at--)
            {
                (runes[at], runes[at - 1]) = (runes[at - 1], runes[at]);
            }
        }
    }

    private static string Compose(List<int> runes)
    {
        var composed = new List<int>(runes.Count);
        var starter = -1;
        var last = -1;
        foreach (var rune in runes)
        {
            var own = Class(rune);
            if (starter >= 0 && last < own && Pair(composed[starter], rune) is { } pair)
            {
                composed[starter] = pair;
                continue;
            }

            // A starter after a starter may compose with it; once a mark is between them, it cannot.
            (starter, last) = own == 0 ? (composed.Count, -1) : (starter, own);
            composed.Add(rune);
        }

        var text = new StringBuilder(composed.Count);
        composed.ForEach(rune => text.Append(new Rune(rune).ToString()));
        return text.ToString();
    }

    private static int? Pair(int first, int second)
    {
        if (first - LeadFirst is >= 0 and < 19 and var lead && second - VowelFirst is >= 0 and < Vowels and var vowel)
        {
            return HangulFirst + (((lead * Vowels) + vowel) * Tails);
        }

        if (first - HangulFirst is >= 0 and < HangulCount and var syllable && syllable % Tails == 0 && second - TailBefore is > 0 and < Tails and var tail)
        {
            return first + tail;
        }

        return Data.Value.Pairs.TryGetValue((first, second), out var pair) ? pair : null;
    }

    private static int Class(int rune) => Data.Value.Classes.GetValueOrDefault(rune);

    private static Tables Read()
    {
        using var stream = typeof(ComposedText).Assembly.GetManifestResourceStream("canonical.txt")!;
        using var reader = new StreamReader(stream);
        var tables = new Tables([], [], []);
        var section = 0;
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
            {
                section++;
                continue;
            }

            foreach (var entry in line.Split(' '))
            {
                Read(entry, section, tables);
            }
        }

        return tables;
    }

    // After the first heading the file has pairs that compose, then decompositions that stay, then classes.
    private static void Read(string entry, int section, Tables tables)
    {
        var sides = entry.Split('=', ':');
        if (section == 4)
        {
            var range = sides[0].Split('-');
            for (var rune = Hex(range[0]); rune <= Hex(range[^1]); rune++)
            {
                tables.Classes.Add(rune, int.Parse(sides[1], CultureInfo.InvariantCulture));
            }

            return;
        }

        int[] parts = [.. sides[1].Split('+').Select(Hex)];
        tables.Parts.Add(Hex(sides[0]), parts);
        if (section == 2)
        {
            tables.Pairs.Add((parts[0], parts[1]), Hex(sides[0]));
        }
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private sealed record Tables(Dictionary<int, int[]> Parts, Dictionary<(int, int), int> Pairs, Dictionary<int, int> Classes);
}
