namespace Rollcall.Simulators.State;

/// <summary>Events of people that their records do not show.</summary>
internal sealed class Counters
{
    public Dictionary<(string Email, int Book), int> Joins { get; } = [];

    public Dictionary<string, int> Confirmations { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, int> Challenges { get; } = new(StringComparer.OrdinalIgnoreCase);

    public int ContactsDeleted { get; set; }

    public int Resubscriptions { get; set; }

    /// <summary>Unsubscriptions from a list that a write naming the list lifted.</summary>
    public int ListOptOutsLifted { get; set; }

    public int AddressesChanged { get; set; }

    public void Joined(Contact contact, int book) => Add(Joins, (contact.Email, book));

    public void Confirmation(Contact contact) => Add(Confirmations, contact.Email);

    public void Challenge(Contact contact) => Add(Challenges, contact.Email);

    private static void Add<TKey>(Dictionary<TKey, int> counts, TKey key)
        where TKey : notnull => counts[key] = counts.GetValueOrDefault(key) + 1;
}
