using System.Globalization;
using Microsoft.AspNetCore.Http;
using Rollcall.Simulators.Http;
using Rollcall.Simulators.State;
using static Rollcall.Simulators.Control.PageFrame;

namespace Rollcall.Simulators.Control;

/// <summary>The page to look around at: books, a book's contacts, a contact, the last calls. It changes nothing.</summary>
internal sealed class Page(Simulation simulation)
{
    private const int RowsAtOnce = 100;
    private const int MostPages = int.MaxValue / RowsAtOnce - 1;

    private AccountState State => simulation.State;

    public Reply Render(IQueryCollection query)
    {
        string? Value(string name) => query.TryGetValue(name, out var value) ? (string?)value : null;

        lock (State.Gate)
        {
            var page = Value("page") switch
            {
                null => 0,
                var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= MostPages => number,
                _ => throw new FormatException("page is a number of a page, from 0."),
            };
            var html = Value("view") switch
            {
                "calls" => Calls(),
                "counters" => Counters(),
                { } unknown => throw new FormatException($"There is no view \"{unknown}\"."),
                _ when Value("contact") is { } email => OneContact(email),
                _ when Value("book") is { } book => OneBook(int.Parse(book, CultureInfo.InvariantCulture), Value("q") ?? "", page),
                _ when Value("q") is { Length: > 0 } search => Search(search, page),
                _ => Books(),
            };
            return Reply.Html(html);
        }
    }

    private string Books() => Whole("Address books", $"""
        <p>{State.Contacts.Count:N0} contacts in the account.</p>
        {SearchForm(null, "")}
        {Table(
            State.Books,
            ("Name", book => BookLink(book.Id)),
            ("#Id", book => book.Id.ToString()),
            ("#Members", book => book.Members.ToString("N0")))}
        """);

    private string OneBook(int id, string search, int page)
    {
        var book = State.Book(id) ?? throw new KeyNotFoundException($"There is no address book {id}.");
        var shown = State.Contacts.InOrder.Where(contact => contact.StatusIn(id) is not null && Matches(contact, search));
        return Whole(book.Name, $"""
            <p>Address book {id}, {book.Members:N0} members.</p>
            {SearchForm(id, search)}
            {People(shown, contact => Status(contact.StatusIn(id)!.Value.ToString()), "In this book", page, $"book={id}&q={Uri.EscapeDataString(search)}")}
            """);
    }

    private string Search(string search, int page)
    {
        var shown = State.Contacts.InOrder.Where(contact => Matches(contact, search));
        return Whole("Contacts", $"""
            {SearchForm(null, search)}
            {People(shown, contact => Text(string.Join(", ", Names(contact))), "Books", page, $"q={Uri.EscapeDataString(search)}")}
            """);
    }

    private string OneContact(string email)
    {
        var contact = State.Contacts.ByEmail(email) ?? State.Contacts.InBin(email) ?? throw new KeyNotFoundException($"There is no contact {email}.");
        (string, string)[] facts =
        [
            ("Id", contact.Id.ToString()),
            ("Status", $"{Status(Spelling.V2(contact.Status))} since {IsoDate.Text(contact.StatusSince)}"),
            ("Opt-in", Spelling.Of(contact.OptInType)),
            ("Mail format", Spelling.Of(contact.EmailType)),
            ("Created", IsoDate.Text(contact.Created)),
            ("Updated", IsoDate.Text(contact.Updated)),
            ("Join actions",
                State.Counters.Joins.Where(join => string.Equals(join.Key.Email, email, StringComparison.OrdinalIgnoreCase)).Sum(join => join.Value)
                .ToString()),
            ("Confirmations sent", State.Counters.Confirmations.GetValueOrDefault(contact.Email).ToString()),
            ("Challenges sent", State.Counters.Challenges.GetValueOrDefault(contact.Email).ToString()),
        ];
        return Whole(contact.Email, $"""
            {Table(facts, ("Contact", fact => fact.Item1), ("", fact => fact.Item2))}
            <h2>Address books</h2>
            {Table(
                contact.Memberships.ToArray(),
                ("Name", membership => BookLink(membership.Book)),
                ("Status", membership => Status(membership.Status.ToString())),
                ("Since", membership => IsoDate.Text(membership.Since)))}
            <h2>Data fields</h2>
            {Table(
                State.Fields.Where(field => contact.Value(field.Ordinal) is not null),
                ("Name", field => Text(field.Name)),
                ("Value", field => Text(contact.Value(field.Ordinal))))}
            <h2>Insight data</h2>
            {Table(
                State.Insight.Of(contact.Id),
                ("Collection", record => Text(record.Collection)),
                ("Key", record => Text(record.Key)),
                ("Record", record => Text(record.Json)))}
            """);
    }

    private string BookLink(int id) => $"<a href=\"{Link("book", id.ToString())}\">{Text(State.Book(id)?.Name)}</a>";

    private string Calls() => Whole("Calls", $"""
        <p>The last calls first. Status 0: the connection was dropped.</p>
        {CallsTable(simulation.Calls)}
        """);

    private string Counters()
    {
        var counters = State.Counters;
        (string, int)[] people =
        [
            ("Join actions fired", counters.Joins.Values.Sum()),
            ("Confirmations sent", counters.Confirmations.Values.Sum()),
            ("Challenges sent", counters.Challenges.Values.Sum()),
            ("Resubscriptions", counters.Resubscriptions),
            ("Opt-outs of a list lifted", counters.ListOptOutsLifted),
            ("Addresses changed", counters.AddressesChanged),
            ("Contacts deleted", counters.ContactsDeleted),
        ];
        return Whole("Counters", $"""
            {Table(people, ("What happened", count => count.Item1), ("#Times", count => count.Item2.ToString("N0")))}
            <h2>Calls</h2>
            {CountsTable(simulation.Calls)}
            """);
    }

    private static string People(IEnumerable<Contact> contacts, Func<Contact, string> last, string lastHead, int page, string query)
    {
        var rows = contacts.Skip(page * RowsAtOnce).Take(RowsAtOnce + 1).ToList();
        var table = Table(rows.Take(RowsAtOnce), ("Email", Name), ("Account", contact => Status(Spelling.V2(contact.Status))), (lastHead, last));
        var before = page > 0 ? $"<a href=\"/?{Text(query)}&amp;page={page - 1}\">Previous</a>" : "";
        var after = rows.Count > RowsAtOnce ? $"<a href=\"/?{Text(query)}&amp;page={page + 1}\">Next</a>" : "";
        return rows.Count == 0 ? "<p>Nobody.</p>" : $"{table}<nav aria-label=\"Pages\">{before}{after}</nav>";
    }

    /// <summary>Only an address is a link: contacts without one have a mobile number.</summary>
    private static string Name(Contact contact) => contact.HasEmail
        ? $"<a href=\"{Link("contact", contact.Email)}\">{Text(contact.Email)}</a>"
        : Text(contact.Mobile ?? "");

    private static string SearchForm(int? book, string search) => $"""
        <form role="search">{(book is null ? "" : $"<input type=\"hidden\" name=\"book\" value=\"{book}\">")}
        <input type="search" name="q" value="{Text(search)}" placeholder="Email" aria-label="Email contains"><button>Search</button></form>
        """;

    private IEnumerable<string> Names(Contact contact) =>
        contact.Memberships.ToArray().Select(membership => State.Book(membership.Book)?.Name).OfType<string>();

    private static bool Matches(Contact contact, string search) => contact.Email.Contains(search, StringComparison.OrdinalIgnoreCase);
}
