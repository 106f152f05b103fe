using System.Net;
using System.Security.Cryptography;
using System.Text;
using Rollcall.Simulators.Http;

namespace Rollcall.Simulators.Control;

/// <summary>The frame of every view of the page.</summary>
internal static class PageFrame
{
    private const string Style = """
        :root { color-scheme: light dark; --line: light-dark(#d9dee5, #363c45); --soft: light-dark(#5b6675, #9aa5b3);
          --panel: light-dark(#fff, #1b1f25); --back: light-dark(#f4f6f8, #121519); --ink: light-dark(#1a2028, #e8ebef);
          --accent: light-dark(#0b5fa5, #7cc0ff); --good: light-dark(#17693a, #6fd39b); --bad: light-dark(#a12622, #ff9a93);
          --wait: light-dark(#80590a, #ebc06a); }
        * { box-sizing: border-box; }
        body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back); }
        header, main { max-width: 62rem; margin: 0 auto; padding: 1rem; }
        header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; }
        header strong { font-size: 1.1rem; margin-right: auto; }
        a { color: var(--accent); }
        h1 { font-size: 1.4rem; margin: .5rem 0; overflow-wrap: anywhere; }
        h2 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
        p { color: var(--soft); margin: .25rem 0 1rem; }
        .table { overflow-x: auto; background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; }
        table { border-collapse: collapse; width: 100%; }
        th, td { text-align: left; padding: .5rem .75rem; border-bottom: 1px solid var(--line); vertical-align: top; }
        tr:last-child > * { border-bottom: 0; }
        th { font-weight: 600; color: var(--soft); font-size: .875rem; white-space: nowrap; }
        td { overflow-wrap: anywhere; }
        .n { text-align: right; font-variant-numeric: tabular-nums; }
        .good { color: var(--good); } .bad { color: var(--bad); } .wait { color: var(--wait); }
        form { display: flex; gap: .5rem; margin: .75rem 0; }
        input, button { font: inherit; padding: .45rem .7rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--panel); color: inherit; }
        input { flex: 1; min-width: 0; max-width: 24rem; }
        nav { display: flex; gap: 1rem; margin: .75rem 0; }
        """;

    /// <summary>What the page may do: show its own style and send its own form, in no frame.</summary>
    public static string Policy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; form-action 'self'; base-uri "
            + "'none'; frame-ancestors 'none'";

    public static string Text(string? text) => WebUtility.HtmlEncode(text ?? "");

    /// <summary>A link's target made of a parameter and its value.</summary>
    public static string Link(string name, string value) => Text($"/?{name}={Uri.EscapeDataString(value)}");

    private static readonly PageSite Dotdigital =
        new("Simulated Dotdigital", [("/", "Address books"), ("/?view=calls", "Calls"), ("/?view=counters", "Counters")]);

    public static string Whole(string title, string content) => Whole(Dotdigital, title, content);

    public static string Whole(PageSite site, string title, string content) => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Text(title)} · {site.Name}</title>
        <style>{Style}</style>
        </head>
        <body>
        <header><strong>{site.Name}</strong>{string.Concat(site.Views.Select(view => $"<a href=\"{view.Link}\">{view.Name}</a>"))}</header>
        <main>
        <h1>{Text(title)}</h1>
        {content}
        </main>
        </body>
        </html>
        """;

    /// <summary>A table whose cells are already HTML; columns whose head starts with '#' contain numbers.</summary>
    public static string Table<T>(IEnumerable<T> rows, params IReadOnlyList<(string Head, Func<T, string> Cell)> columns)
    {
        string Element(string tag, string head, string content) =>
            head.StartsWith('#') ? $"<{tag} class=\"n\">{content}</{tag}>" : $"<{tag}>{content}</{tag}>";

        var heads = string.Concat(columns.Select(column => Element("th", column.Head, Text(column.Head.TrimStart('#')))));
        var body = string.Join('\n', rows.Select(row => $"<tr>{string.Concat(columns.Select(column => Element("td", column.Head, column.Cell(row))))}</tr>"));
        return body.Length == 0 ? "<p>None.</p>" : $"<div class=\"table\"><table><thead><tr>{heads}</tr></thead><tbody>\n{body}\n</tbody></table></div>";
    }

    /// <summary>How often each operation was called.</summary>
    public static string CountsTable(CallCounts calls) =>
        Table(calls.Counts(), ("Operation", count => Text(count.Key)), ("#Calls", count => count.Value.ToString("N0")));

    /// <summary>The last calls.</summary>
    public static string CallsTable(CallCounts calls) => Table(
        calls.Recent(),
        ("#No.", call => call.Number.ToString()),
        ("Time (UTC)", call => call.Time.ToString("HH:mm:ss")),
        ("#Status", call => call.Status.ToString()),
        ("Call", call => Text($"{call.Method} {call.Target}")),
        ("Operation", call => Text(call.Operation)));

    /// <summary>A status in a colour that shows whether mail is sent.</summary>
    public static string Status(string status) => $"<span class=\"{Tone(status)}\">{Text(status)}</span>";

    private static string Tone(string status) => status switch
    {
        "Subscribed" => "good",
        "Pending" or "Challenged" or "PendingOptIn" => "wait",
        _ => "bad",
    };
}

/// <summary>Whose page it is, and what it shows.</summary>
internal sealed record PageSite(string Name, IReadOnlyList<(string Link, string Name)> Views);
