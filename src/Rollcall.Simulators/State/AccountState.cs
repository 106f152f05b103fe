using System.Text.Json;

namespace Rollcall.Simulators.State;

/// <summary>The state of a simulated account. Every access must hold <see cref="Gate"/>.</summary>
internal sealed class AccountState
{
    private const long FirstContactId = 1_100_000_001;
    private const int FirstBookId = 1001;
    private readonly List<DataField?> _fields = [];
    private readonly Dictionary<string, DataField> _fieldsByName = new(StringComparer.OrdinalIgnoreCase);
    private readonly SortedDictionary<int, Book> _books = [];
    private int _nextBookId = FirstBookId;

    public AccountState(ContactHistory history)
    {
        History = history;
        Contacts = new ContactStore(FirstContactId, history);
        foreach (var name in (string[])["FIRSTNAME", "LASTNAME", "FULLNAME", "GENDER", "POSTCODE"])
        {
            AddField(name, DataFieldType.String, "Public", null);
        }

        AddField("LASTSUBSCRIBED", DataFieldType.Date, "Private", null);
    }

    public Lock Gate { get; } = new();

    /// <summary>Earlier states of the contacts, for lists that lag behind.</summary>
    public ContactHistory History { get; }

    public ContactStore Contacts { get; }

    public Counters Counters { get; } = new();

    public InsightStore Insight { get; } = new();

    public HashSet<string> GloballySuppressed { get; private set; } = new(StringComparer.OrdinalIgnoreCase);

    public HashSet<string> SuppressedDomains { get; private set; } = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyCollection<Book> Books => _books.Values;

    public IEnumerable<DataField> Fields => _fields.OfType<DataField>();

    public int FieldCount => _fieldsByName.Count;

    public Book? Book(int id) => _books.GetValueOrDefault(id);

    public DataField? Field(string name) => _fieldsByName.GetValueOrDefault(name);

    public Book AddBook(string name, string visibility, bool writable = true, int id = 0)
    {
        id = id == 0 ? _nextBookId : id;
        _nextBookId = Math.Max(_nextBookId, id + 1);
        var book = new Book(id, name, visibility, writable);
        _books.Add(id, book);
        return book;
    }

    public DataField AddField(string name, DataFieldType type, string visibility, JsonElement? defaultValue)
    {
        var field = new DataField(_fields.Count, name, type, visibility, defaultValue);
        _fieldsByName.Add(name, field);
        _fields.Add(field);
        return field;
    }

    public void SetDefault(DataField field, JsonElement value)
    {
        _fields[field.Ordinal] = field with { DefaultValue = value };
        _fieldsByName[field.Name] = _fields[field.Ordinal]!;
    }

    public bool DeleteBook(int id)
    {
        if (!_books.Remove(id))
        {
            return false;
        }

        foreach (var contact in Contacts.InOrder)
        {
            contact.RemoveMembership(id);
        }

        return true;
    }

    public bool DeleteField(string name)
    {
        if (!_fieldsByName.Remove(name, out var field))
        {
            return false;
        }

        _fields[field.Ordinal] = null;
        return true;
    }

    /// <summary>Takes other addresses for one from now on.</summary>
    /// <exception cref="InvalidOperationException">Two contacts would be one.</exception>
    public void MatchBy(AddressMatching matching)
    {
        if (matching == Contacts.Addresses.Matching)
        {
            return;
        }

        var addresses = new AddressComparer(matching);
        Contacts.MatchBy(addresses);
        GloballySuppressed = new(GloballySuppressed, addresses);
        SuppressedDomains = new(SuppressedDomains, addresses);
    }

    /// <summary>The import failure code of an address that is barred from the account, or null.</summary>
    public string? BarredAs(string email) =>
        GloballySuppressed.Contains(email) ? "GloballySuppressed"
        : SuppressedDomains.Contains(EmailAddress.Domain(email)) ? "SuppressedByDomain"
        : null;

    public void SetStatus(Contact contact, ContactStatus status, DateTime now)
    {
        if (contact.Status == status)
        {
            return;
        }

        Recount(contact, -1);
        contact.Status = status;
        contact.StatusSince = now;
        contact.Updated = now;
        Recount(contact, +1);
    }

    public void SetBookStatus(Contact contact, int book, BookStatus status, DateTime now)
    {
        if (contact.StatusIn(book) == status)
        {
            return;
        }

        Recount(contact, -1);
        contact.SetMembership(new Membership(book, status, now));
        contact.Updated = now;
        Recount(contact, +1);
    }

    /// <summary>Removes a member from a book. An unsubscription from the book is kept, unless it is to be deleted with it.</summary>
    /// <returns>Whether the contact was in it.</returns>
    public bool Remove(Contact contact, int book, bool takesOptOut, DateTime now)
    {
        var status = contact.StatusIn(book);
        if (status is null || (!takesOptOut && status is BookStatus.Unsubscribed or BookStatus.Challenged))
        {
            return false;
        }

        Recount(contact, -1);
        contact.RemoveMembership(book);
        contact.Updated = now;
        Recount(contact, +1);
        return true;
    }

    public void Delete(Contact contact, DateTime now)
    {
        SetStatus(contact, ContactStatus.Deleted, now);
        contact.RemoveMemberships();
        Contacts.ToBin(contact);
        Counters.ContactsDeleted++;
    }

    public void Restore(Contact contact, DateTime now)
    {
        Contacts.FromBin(contact);
        SetStatus(contact, ContactStatus.Subscribed, now);
    }

    /// <summary>
    /// Merges two contacts, or gives one a new id: the address, the status and the values of <paramref name="kept"/>, and of
    /// <paramref name="other"/> the books and values that <paramref name="kept"/> does not have. Both ids no longer exist.
    /// </summary>
    public Contact Merge(Contact kept, Contact? other, DateTime now)
    {
        var status = (kept.Status, kept.StatusSince);
        Contact[] both = other is null ? [kept] : [other, kept];
        var memberships = both.SelectMany(contact => contact.Memberships.ToArray()).ToList();
        var values = _fields.Select((_, ordinal) => kept.Value(ordinal) ?? other?.Value(ordinal)).ToList();
        var mobile = kept.Mobile ?? other?.Mobile;
        foreach (var contact in both)
        {
            SetStatus(contact, ContactStatus.Deleted, now);
            contact.RemoveMemberships();
            Contacts.Forget(contact);
        }

        var merged = Contacts.Create(kept.Email, now);
        (merged.OptInType, merged.EmailType, merged.IsAskedBack) = (kept.OptInType, kept.EmailType, kept.IsAskedBack);
        for (var ordinal = 0; ordinal < values.Count; ordinal++)
        {
            merged.SetValue(ordinal, values[ordinal]);
        }

        if (mobile is not null)
        {
            Contacts.ChangeMobile(merged, mobile);
        }

        SetStatus(merged, status.Status, status.StatusSince);
        memberships.ForEach(merged.SetMembership);
        merged.Updated = now;
        Recount(merged, +1);
        return merged;
    }

    private void Recount(Contact contact, int by)
    {
        if (contact.Status != ContactStatus.Subscribed)
        {
            return;
        }

        foreach (var membership in contact.Memberships)
        {
            if (membership.Status == BookStatus.Subscribed && _books.TryGetValue(membership.Book, out var book))
            {
                book.Members += by;
            }
        }
    }
}
