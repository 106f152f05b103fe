using Rollcall.Model;
using Spectre.Console;

namespace Rollcall.Cli.Reports;

/// <summary>Why a person is, or is not, in each book, for people.</summary>
internal static class ExplanationReport
{
    public static void Write(IAnsiConsole console, Explanation explanation, TimeProvider clock)
    {
        var found = explanation.AccountStatus is { } status ? $"[bold]{Markup.Escape(status)}[/] in" : "not found in";
        console.MarkupLine($"[bold]{Markup.Escape(explanation.Email)}[/]  {found} the Dotdigital account");
        console.Heading("Audiences now");
        foreach (var audience in explanation.Audiences)
        {
            console.Indented(audience.In ? $"[green]✓[/] in {Markup.Escape(audience.Id)}" : $"[dim]· not in {Markup.Escape(audience.Id)}[/]");
        }

        console.Heading("Address books");
        var listing = new Listing(new("Book", Style: "bold"), new("Id", Number: true), new("State"), new("Since"), new("Why"));
        foreach (var book in explanation.Books)
        {
            listing.Add(
                book.Name,
                book.Id?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "new",
                book.State,
                book.Since is { } since ? Figures.Time(since, clock) : "",
                book.Reason + (book.Watched is { } watched ? $" Checked in each run until {Figures.Time(watched.Until, clock)}: {watched.Why}." : ""));
        }

        listing.Write(console);
        console.Heading("The next run");
        if (explanation.Next.Count == 0)
        {
            console.Indented("does nothing for this person.");
        }

        foreach (var next in explanation.Next)
        {
            console.Indented("• " + Markup.Escape(next));
        }
    }
}
