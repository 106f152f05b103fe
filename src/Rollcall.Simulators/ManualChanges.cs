namespace Rollcall.Simulators;

// What people and marketers change in the account without the API.
public sealed partial class SimulatedAccount
{
    /// <summary>The person leaves a book, or the account when <paramref name="book"/> is null.</summary>
    public void Unsubscribe(string email, int? book = null) => With(email,
    (state, contact) => {
        if (book is { } id)
        {
            state.SetBookStatus(contact, Known(state, id), BookStatus.Unsubscribed, _simulation.Now);
        }
        else
        {
            state.SetStatus(contact, ContactStatus.Unsubscribed, _simulation.Now);
        }
    });

    /// <summary>The person comes to a book or back to it, or back to the account when <paramref name="book"/> is null.</summary>
    public void Subscribe(string email, int? book = null) => With(email,
    (state, contact) => {
        if (book is { } id)
        {
            state.SetBookStatus(contact, Known(state, id), BookStatus.Subscribed, _simulation.Now);
        }
        else
        {
            state.SetStatus(contact, ContactStatus.Subscribed, _simulation.Now);
        }
    });

    /// <summary>The person follows the link of a confirmation or a challenge: pending books become theirs.</summary>
    public void Confirm(string email) => With(email, (_, contact) => _simulation.Subscriptions.Confirm(contact, _simulation.Now));

    /// <summary>The account's status of the contact changes, as after a bounce or a complaint.</summary>
    public void SetStatus(string email, ContactStatus status)
    {
        if (status == ContactStatus.Deleted)
        {
            DeleteContact(email);
            return;
        }

        With(email, (state, contact) => state.SetStatus(contact, status, _simulation.Now));
    }

    /// <summary>A user of the account removes the contact from a book.</summary>
    public void RemoveFromBook(string email, int book) =>
        With(email, (state, contact) => state.Remove(contact, Known(state, book), _simulation.Options.RemovalTakesOptOut, _simulation.Now));

    /// <summary>A user of the account deletes the contact: it goes to the recycle bin.</summary>
    public void DeleteContact(string email) => With(email, (state, contact) => state.Delete(contact, _simulation.Now));

    /// <summary>
    /// The person registers: a new contact if there is none (one in the recycle bin stays there), subscribed to the
    /// books named; a known contact comes back to the account and to the books.
    /// </summary>
    /// <returns>The contact's id.</returns>
    public long Register(string email, params IEnumerable<int> books)
    {
        if (Contact(email) is null)
        {
            return AddContact(email, books);
        }

        Subscribe(email);
        foreach (var book in books)
        {
            Subscribe(email, book);
        }

        return Contact(email)!.Id;
    }

    /// <summary>
    /// A marketer merges the contact with another: it keeps its address, status and values, gets a new id, and of the other's books
    /// and missing values. Both old ids no longer exist, and neither does the other's address. Without
    /// <paramref name="other"/> it only gets a new id, as after a merge with an unknown contact.
    /// </summary>
    /// <returns>The new id.</returns>
    public long Merge(string email, string? other = null)
    {
        var id = 0L;
        With(email,
        (state, contact) => {
            var gone = other is null ? null : state.Contacts.ByEmail(other) ?? throw new KeyNotFoundException($"There is no contact {other}.");
            id = gone == contact
                ? throw new InvalidOperationException("A contact cannot be merged with itself.")
                : state.Merge(contact, gone, _simulation.Now).Id;
        });
        return id;
    }

    /// <summary>The person, or a marketer, changes the contact's address.</summary>
    /// <exception cref="InvalidOperationException">Another contact has that address.</exception>
    public void ChangeEmail(string email, string to) => With(email,
    (state, contact) => {
        state.Contacts.ChangeEmail(contact, to);
        contact.Updated = _simulation.Now;
    });

    /// <summary>A marketer deletes a book; its members stay in the account.</summary>
    public void DeleteBook(int book) => Do(state => state.DeleteBook(Known(state, book)));

    /// <summary>A user of the account empties a book; unsubscriptions from it are kept as with any other removal.</summary>
    public void EmptyBook(int book) => Do(state =>
    {
        var id = Known(state, book);
        foreach (var contact in state.Contacts.InOrder)
        {
            state.Remove(contact, id, _simulation.Options.RemovalTakesOptOut, _simulation.Now);
        }
    });

    /// <summary>A user of the account deletes a book and creates a new one with its name.</summary>
    /// <returns>The new book's id.</returns>
    public int RemakeBook(int book) => Locked(state =>
    {
        var old = state.Book(Known(state, book))!;
        state.DeleteBook(book);
        return state.AddBook(old.Name, old.Visibility, old.Writable).Id;
    });

    /// <summary>A marketer deletes a data field.</summary>
    public void DeleteDataField(string name) => Do(state =>
    {
        if (!state.DeleteField(name))
        {
            throw new KeyNotFoundException($"There is no data field '{name}'.");
        }
    });
}
