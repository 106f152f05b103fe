using Spectre.Console;
using Spectre.Console.Rendering;

namespace Rollcall.Cli.Reports;

/// <summary>A column of a listing.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Number">Whether it holds numbers, which stand to the right.</param>
/// <param name="Style">Its cells' style, as Spectre spells it.</param>
internal sealed record ListingColumn(string Title, bool Number = false, string? Style = null);

/// <summary>A table where there is room for one; where the window is too narrow, a short list a row.</summary>
internal sealed class Listing(params ListingColumn[] columns)
{
    private const int Gap = 2;

    private readonly List<string[]> _rows = [];

    public int Count => _rows.Count;

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write(IAnsiConsole console)
    {
        var widths = columns.Select((column, i) => _rows.Select(row => Width(row[i])).Append(Width(column.Title)).Max()).ToArray();
        if (widths.Sum() + (Gap * (columns.Length - 1)) <= console.Profile.Width)
        {
            WriteTable(console, widths);
        }
        else
        {
            WriteList(console);
        }
    }

    private static int Width(string text) => new Segment(text).CellCount();

    private static string Padded(string text, int width, bool right) =>
        right ? new string(' ', width - Width(text)) + text : text + new string(' ', width - Width(text));

    private static string Styled(string text, string? style) =>
        style is null || text.Length == 0 ? Markup.Escape(text) : $"[{style}]{Markup.Escape(text)}[/]";

    private void WriteTable(IAnsiConsole console, int[] widths)
    {
        var gap = new string(' ', Gap);
        console.MarkupLine(string.Join(gap, columns.Select((column, i) => $"[dim]{Markup.Escape(Last(i) ? column.Title : Padded(column.Title, widths[i], column.Number))}[/]")));
        foreach (var row in _rows)
        {
            console.MarkupLine(string.Join(gap, columns.Select((column, i) => Styled(Last(i) ? row[i] : Padded(row[i], widths[i], column.Number), column.Style))));
        }

        // The last column needs no blanks after it, but numbers still stand to the right.
        bool Last(int i) => i == columns.Length - 1 && !columns[i].Number;
    }

    private void WriteList(IAnsiConsole console)
    {
        foreach (var row in _rows)
        {
            console.MarkupLine($"[bold]{Markup.Escape(row[0])}[/]");
            for (var i = 1; i < columns.Length; i++)
            {
                if (row[i].Length > 0 && row[i] != "·")
                {
                    console.Write(new Padder(new Markup($"[dim]{Markup.Escape(columns[i].Title)}[/] {Styled(row[i], columns[i].Style)}"), new Padding(2, 0, 0, 0)));
                }
            }
        }
    }
}
