using Spectre.Console;
using Spectre.Console.Rendering;

namespace Rollcall.Cli.Reports;

/// <summary>A column of a listing.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Number">Whether it contains numbers, which are right-aligned.</param>
/// <param name="Style">Its cells' style, as Spectre spells it.</param>
/// <param name="LeftOut">The order in which columns are dropped when there is no room: 1 first, then 2, and so on; 0 for never.</param>
internal sealed record ListingColumn(string Title, bool Number = false, string? Style = null, int LeftOut = 0);

/// <summary>
/// A table that fits the window: it wraps text between words, drops columns that may be dropped, and if that is still too
/// wide, shows each row as a short list.
/// </summary>
internal sealed class Listing(params ListingColumn[] columns)
{
    private const int Gap = 2;

    private readonly List<string[]> _rows = [];

    public int Count => _rows.Count;

    public void Add(params string[] cells) => _rows.Add([.. cells.Select(OneLine)]);

    public void Write(IAnsiConsole console)
    {
        if (Widths(console.Profile.Width) is { } widths)
        {
            WriteTable(console, widths);
        }
        else if (columns.Where(column => column.LeftOut > 0).MinBy(column => column.LeftOut) is { } least)
        {
            Without(Array.IndexOf(columns, least)).Write(console);
        }
        else
        {
            WriteList(console);
        }
    }

    private Listing Without(int column)
    {
        var narrower = new Listing([.. columns.Where((_, i) => i != column)]);
        narrower._rows.AddRange(_rows.Select(row => row.Where((_, i) => i != column).ToArray()));
        return narrower;
    }

    private static int Width(string text) => new Segment(text).CellCount();

    /// <summary>A cell must not break the table: a value from a file may contain any character.</summary>
    private static string OneLine(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(one => char.IsControl(one) ? '�' : one)) : text;

    /// <summary>The width of each column, wrapping the widest text first; null when the longest words do not fit.</summary>
    private int[]? Widths(int available)
    {
        var natural = columns.Select((column, i) => Column(i).Max(Width)).ToArray();
        var least = columns.Select((column, i) => column.Number ? natural[i] : Column(i).SelectMany(cell => cell.Split(' ')).Max(Width)).ToArray();
        for (var excess = natural.Sum() + (Gap * (columns.Length - 1)) - available; excess > 0; excess--)
        {
            var widest = Enumerable.Range(0, columns.Length).Where(i => natural[i] > least[i]).OrderByDescending(i => natural[i]).FirstOrDefault(-1);
            if (widest < 0)
            {
                return null;
            }

            natural[widest]--;
        }

        return natural;
    }

    private IEnumerable<string> Column(int i) => _rows.Select(row => row[i]).Append(columns[i].Title);

    private void WriteTable(IAnsiConsole console, int[] widths)
    {
        WriteRow(console, widths, [.. columns.Select(column => column.Title)], _ => "dim");
        foreach (var row in _rows)
        {
            WriteRow(console, widths, row, i => columns[i].Style);
        }
    }

    private void WriteRow(IAnsiConsole console, int[] widths, string[] cells, Func<int, string?> style)
    {
        var broken = cells.Select((cell, i) => Broken(cell, widths[i])).ToArray();
        for (var line = 0; line < broken.Max(lines => lines.Count); line++)
        {
            var parts = columns.Select((column, i) =>
            {
                var text = line < broken[i].Count ? broken[i][line] : "";
                var blanks = new string(' ', widths[i] - Width(text));
                return column.Number ? blanks + Styled(text, style(i)) : Styled(text, style(i)) + blanks;
            });
            console.MarkupLine(string.Join(new string(' ', Gap), parts).TrimEnd());
        }
    }

    private static List<string> Broken(string text, int width)
    {
        if (Width(text) <= width)
        {
            return [text];
        }

        var lines = new List<string> { "" };
        foreach (var word in text.Split(' '))
        {
            var longer = lines[^1].Length == 0 ? word : lines[^1] + " " + word;
            if (Width(longer) <= width)
            {
                lines[^1] = longer;
            }
            else
            {
                lines.Add(word);
            }
        }

        return lines;
    }

    private static string Styled(string text, string? style) =>
        style is null || text.Length == 0 ? Markup.Escape(text) : $"[{style}]{Markup.Escape(text)}[/]";

    private void WriteList(IAnsiConsole console)
    {
        foreach (var row in _rows)
        {
            console.MarkupLine($"[bold]{Markup.Escape(row[0])}[/]");
            for (var i = 1; i < columns.Length; i++)
            {
                if (row[i].Length > 0 && row[i] != "·")
                {
                    console.Indented($"[dim]{Markup.Escape(columns[i].Title)}[/] {Styled(row[i], columns[i].Style)}");
                }
            }
        }
    }
}
