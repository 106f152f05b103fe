using Rollcall.Operations;
using Spectre.Console;

namespace Rollcall.Cli.Reports;

/// <summary>The differences between ledger and books, as text.</summary>
internal static class ReconciliationReport
{
    public static void Write(IAnsiConsole console, Reconciliation found)
    {
        console.MarkupLineInterpolated(found.Agrees
            ? $"[green]✓[/] [bold]{found.Job}[/]  ledger and address books agree; nothing was sent"
            : (FormattableString)$"[yellow]≠[/] [bold]{found.Job}[/]  ledger and address books differ; nothing was sent");
        WriteBooks(console, found.Books);
        WriteFirst(console, found.Books);
        foreach (var notice in found.Notices)
        {
            console.WriteLine();
            console.Indented("• " + Markup.Escape(notice));
        }
    }

    private static void WriteBooks(IAnsiConsole console, IReadOnlyList<ReconciledBook> books)
    {
        if (books.Count == 0)
        {
            return;
        }

        console.WriteLine();
        var listing = new Listing(
            new("Address book", Style: "bold"), new("Id", Number: true), new("Agree", Number: true, Style: "green"),
            new("Removed there", Number: true, Style: "yellow"),
            new("Deleted there", Number: true, Style: "yellow"), new("Not there", Number: true, Style: "yellow"),
            new("Other status", Number: true, Style: "yellow"), new("Not this job's", Number: true, Style: "dim"));
        foreach (var book in books)
        {
            listing.Add(
                book.Name, book.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), Figures.Cell(book.Agreeing), Figures.Cell(book.Removed),
                Figures.Cell(book.Deleted), Figures.Cell(book.Missing), Figures.Cell(book.StatusesDiffer), Figures.Cell(book.NotInLedger));
        }

        if (books.Count > 1)
        {
            listing.Add(
                "all of them", "", Figures.Cell(books.Sum(b => b.Agreeing)), Figures.Cell(books.Sum(b => b.Removed)), Figures.Cell(books.Sum(b => b.Deleted)),
                Figures.Cell(books.Sum(b => b.Missing)), Figures.Cell(books.Sum(b => b.StatusesDiffer)), Figures.Cell(books.Sum(b => b.NotInLedger)));
        }

        listing.Write(console);
    }

    private static void WriteFirst(IAnsiConsole console, IReadOnlyList<ReconciledBook> books)
    {
        if (books.All(b => b.First.Count == 0))
        {
            return;
        }

        console.Heading("The first of each kind");
        var listing = new Listing(new("Email", Style: "bold"), new("Address book"), new("Ledger"), new("At Dotdigital"));
        foreach (var book in books)
        {
            foreach (var one in book.First)
            {
                listing.Add(one.Email, book.Name, one.Ledger ?? "·", one.Kind switch
                {
                    DifferenceKind.Removed => "removed from the book manually or by other software",
                    DifferenceKind.Deleted => "deleted",
                    DifferenceKind.Missing => "not in the book: removed or deleted",
                    DifferenceKind.NotInLedger => "in the book, not put there by this job",
                    _ => one.Dotdigital ?? "",
                });
            }
        }

        listing.Write(console);
    }
}
