namespace Rollcall.Simulators;

/// <summary>An address book; <paramref name="Members"/> counts people subscribed to it and to the account.</summary>
public sealed record SimulatedBook(int Id, string Name, int Members);

/// <summary>
/// A contact, with an empty address if it only has a mobile number: values of data fields in canonical text, and the
/// status in each book by the book's id.
/// </summary>
public sealed record SimulatedContact(
    long Id,
    string Email,
    ContactStatus Status,
    OptInType OptInType,
    EmailType EmailType,
    IReadOnlyDictionary<string, string> DataFields,
    IReadOnlyDictionary<int, BookStatus> Books);

/// <summary>Events of people since the start.</summary>
/// <param name="Joins">Join actions fired.</param>
/// <param name="Confirmations">Emails sent that ask for a first confirmation.</param>
/// <param name="Challenges">Emails sent that ask whether to come back.</param>
/// <param name="Resubscriptions">People resubscribed without being asked.</param>
/// <param name="ListOptOutsLifted">Unsubscriptions from a list lifted because a write named the list.</param>
/// <param name="AddressesChanged">Contacts whose address a write changed.</param>
/// <param name="ContactsDeleted">Contacts put into the recycle bin.</param>
public sealed record SimulatedCounters(
    int Joins, int Confirmations, int Challenges, int Resubscriptions, int ListOptOutsLifted, int AddressesChanged, int ContactsDeleted);
