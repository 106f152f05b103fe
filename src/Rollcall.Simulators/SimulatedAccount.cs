using Rollcall.Simulators.State;

namespace Rollcall.Simulators;

/// <summary>
/// The simulated account from inside the process: its contents, past events, and manual changes. Results
/// are snapshots. Everything that names a contact or a book it does not have throws <see cref="KeyNotFoundException"/>.
/// </summary>
public sealed partial class SimulatedAccount
{
    private readonly Simulation _simulation;

    internal SimulatedAccount(Simulation simulation) => _simulation = simulation;

    /// <summary>The switches; set to change them while it runs.</summary>
    public SimulatorOptions Options
    {
        get => _simulation.Options;
        set => _simulation.Options = value;
    }

    /// <summary>The address books, in order of id.</summary>
    public IReadOnlyList<SimulatedBook> Books => Locked(state => state.Books.Select(book => new SimulatedBook(book.Id, book.Name, book.Members)).ToList());

    /// <summary>The names of the data fields.</summary>
    public IReadOnlyList<string> DataFields => Locked(state => state.Fields.Select(definition => definition.Name).ToList());

    /// <summary>Everyone not in the recycle bin, in order of id.</summary>
    public IReadOnlyList<SimulatedContact> Contacts =>
        Locked(state => state.Contacts.InOrder.Where(contact => contact.Status != ContactStatus.Deleted).Select(contact => Snapshot(state, contact)).ToList());

    /// <summary>The number of contacts of the account.</summary>
    public int ContactCount => Locked(state => state.Contacts.Count);

    /// <summary>
    /// Every operation it serves, by the names that <see cref="Calls"/>, <see cref="Fault.Operation"/> and <see cref="SimulatorOptions.ForbiddenOperations"/>
    /// use.
    /// </summary>
    public IReadOnlyList<string> Operations { get; internal set; } = [];

    /// <summary>Calls by operation, those refused or dropped too.</summary>
    public IReadOnlyDictionary<string, int> Calls => _simulation.Calls.Counts();

    /// <summary>
    /// Calls, imports and removals that will still be applied although they were refused or unanswered; see <see cref="SimulatorOptions.LateUnanswered"/>.
    /// </summary>
    public int LateWork => _simulation.Late.Pending;

    /// <summary>What happened to people.</summary>
    public SimulatedCounters Counters => Locked(state => new SimulatedCounters(
        state.Counters.Joins.Values.Sum(),
        state.Counters.Confirmations.Values.Sum(),
        state.Counters.Challenges.Values.Sum(),
        state.Counters.Resubscriptions,
        state.Counters.ListOptOutsLifted,
        state.Counters.AddressesChanged,
        state.Counters.ContactsDeleted));

    /// <summary>How often a book's join action fired for an address.</summary>
    public int Joins(string email, int book) =>
        Locked(state => state.Counters.Joins.Where(join => join.Key.Book == book && Same(join.Key.Email, email)).Sum(join => join.Value));

    /// <summary>Confirmation emails sent to an address.</summary>
    public int Confirmations(string email) => Locked(state => state.Counters.Confirmations.GetValueOrDefault(email));

    /// <summary>Challenge emails sent to an address.</summary>
    public int Challenges(string email) => Locked(state => state.Counters.Challenges.GetValueOrDefault(email));

    /// <summary>The contact of an address, or null; those in the recycle bin are not found.</summary>
    public SimulatedContact? Contact(string email) =>
        Locked(state => state.Contacts.ByEmail(email) is { } contact ? Snapshot(state, contact) : null);

    /// <summary>The addresses subscribed to a book, in order of id.</summary>
    public IReadOnlyList<string> Members(int book) => Locked(state => state.Contacts.InOrder
        .Where(contact => contact.HasEmail && contact.Status != ContactStatus.Deleted && contact.StatusIn(book) == BookStatus.Subscribed)
        .Select(contact => contact.Email)
        .ToList());

    /// <summary>The records of an insight collection: contact id (0: the account's own) and key to JSON.</summary>
    public IReadOnlyDictionary<(long ContactId, string Key), string> InsightRecords(string collection) =>
        Locked(state => state.Insight.Records(collection).ToDictionary(record => (record.Owner, record.Key), record => record.Json));

    /// <summary>Adds books, fields, contacts and barred addresses.</summary>
    /// <exception cref="InvalidDataException">It contradicts itself or the account.</exception>
    public void Plant(Seed seed) => Do(state => Seeding.Plant(state, seed, _simulation.Now, _simulation.Options.TextLimit));

    /// <summary>Adds a book.</summary>
    /// <returns>Its id.</returns>
    public int AddBook(string name, bool writable = true) => Locked(state => state.AddBook(name, "Private", writable).Id);

    /// <summary>Adds a data field: <c>String</c>, <c>Numeric</c>, <c>Date</c> or <c>Boolean</c>.</summary>
    public void AddDataField(string name, string type = "String") => Plant(new Seed { DataFields = [new SeedDataField { Name = name, Type = type }] });

    /// <summary>Adds a contact, subscribed to the books named.</summary>
    /// <returns>Its id.</returns>
    public long AddContact(string email, params IEnumerable<int> books)
    {
        Plant(new Seed { Contacts = [new SeedContact { Email = email, Books = books.ToDictionary(book => book, _ => BookStatus.Subscribed) }] });
        return Contact(email)!.Id;
    }

    /// <summary>Adds faults to those scripted.</summary>
    public void AddFaults(params IEnumerable<Fault> faults) => _simulation.Faults.Add(faults);

    /// <summary>Forgets every scripted fault.</summary>
    public void ClearFaults() => _simulation.Faults.Replace([]);

    private static SimulatedContact Snapshot(AccountState state, Contact contact) => new(
        contact.Id,
        contact.Email,
        contact.Status,
        contact.OptInType,
        contact.EmailType,
        state.Fields.Where(field => contact.Value(field.Ordinal) is not null)
            .ToDictionary(field => field.Name, field => contact.Value(field.Ordinal)!, StringComparer.OrdinalIgnoreCase),
        contact.Memberships.ToArray().ToDictionary(membership => membership.Book, membership => membership.Status));

    private static int Known(AccountState state, int book) =>
        state.Book(book)?.Id ?? throw new KeyNotFoundException($"There is no address book {book}.");

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private void With(string email, Action<AccountState, Contact> act) => Do(state =>
        act(state, state.Contacts.ByEmail(email) ?? throw new KeyNotFoundException($"There is no contact {email}.")));

    private void Do(Action<AccountState> act)
    {
        lock (_simulation.State.Gate)
        {
            act(_simulation.State);
        }
    }

    private T Locked<T>(Func<AccountState, T> read)
    {
        lock (_simulation.State.Gate)
        {
            return read(_simulation.State);
        }
    }
}
