namespace Rollcall.Simulators.State;

/// <summary>The account's contacts: in order of id, and by address.</summary>
internal sealed class ContactStore(long firstId, ContactHistory history)
{
    private readonly List<Contact> _all = [];
    private readonly Dictionary<string, Contact> _byMobile = new(StringComparer.Ordinal);
    private Dictionary<string, Contact> _byEmail = new(new AddressComparer(AddressMatching.AsWritten));
    private Dictionary<string, Contact> _bin = new(new AddressComparer(AddressMatching.AsWritten));
    private long _nextId = firstId;

    /// <summary>Which addresses are one.</summary>
    public AddressComparer Addresses => (AddressComparer)_byEmail.Comparer;

    public int Count { get; private set; }

    /// <summary>Everyone in order of id, those in the recycle bin too.</summary>
    public IReadOnlyList<Contact> InOrder => _all;

    public Contact? ByEmail(string email) => _byEmail.GetValueOrDefault(email);

    public Contact? ByMobile(string mobile) => _byMobile.GetValueOrDefault(MobileNumber.Kept(mobile));

    public Contact? InBin(string email) => _bin.GetValueOrDefault(email);

    public Contact? ById(long id)
    {
        var at = PositionAfter(id) - 1;
        return at >= 0 && _all[at].Id == id && _all[at].Status != ContactStatus.Deleted ? _all[at] : null;
    }

    /// <summary>The position of the first contact whose id is above <paramref name="id"/>.</summary>
    public int PositionAfter(long id)
    {
        int low = 0, high = _all.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_all[middle].Id <= id)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Takes other addresses for one from now on.</summary>
    /// <exception cref="InvalidOperationException">Two contacts would be one.</exception>
    public void MatchBy(AddressComparer addresses)
    {
        var byEmail = new Dictionary<string, Contact>(addresses);
        foreach (var contact in _byEmail.Values)
        {
            if (!byEmail.TryAdd(addresses.Kept(contact.Email), contact))
            {
                throw new InvalidOperationException($"Two contacts would be one: {contact.Email} and {byEmail[contact.Email].Email}.");
            }
        }

        var bin = new Dictionary<string, Contact>(addresses);
        foreach (var contact in _bin.Values)
        {
            bin[contact.Email] = contact;
        }

        (_byEmail, _bin) = (byEmail, bin);
        foreach (var contact in byEmail.Values.Concat(bin.Values))
        {
            contact.Email = addresses.Kept(contact.Email);
        }
    }

    /// <param name="email">The address; empty for a contact without one.</param>
    /// <param name="now">The time.</param>
    /// <param name="id">The id; 0 for the next.</param>
    public Contact Create(string email, DateTime now, long id = 0)
    {
        email = Addresses.Kept(email);
        id = id == 0 ? _nextId : id;
        if (_all.Count > 0 && id <= _all[^1].Id)
        {
            throw new InvalidOperationException($"Contact {id} comes after {_all[^1].Id}: ids of a seed must rise.");
        }

        var contact = new Contact(id, email, history) { Created = now, Updated = now, StatusSince = now };
        if (contact.HasEmail)
        {
            _byEmail.Add(email, contact);
        }

        Count++;
        _all.Add(contact);
        _nextId = id + 1;
        return contact;
    }

    public void ChangeEmail(Contact contact, string email)
    {
        if (_byEmail.TryGetValue(email, out var other) && other != contact)
        {
            throw new InvalidOperationException($"There is already a contact {email}.");
        }

        _byEmail.Remove(contact.Email);
        contact.Email = Addresses.Kept(email);
        _byEmail.Add(contact.Email, contact);
    }

    public void ChangeMobile(Contact contact, string mobile)
    {
        if (contact.Mobile is { } old)
        {
            _byMobile.Remove(old);
        }

        contact.Mobile = MobileNumber.Kept(mobile);
        _byMobile[contact.Mobile] = contact;
    }

    public void ToBin(Contact contact)
    {
        Forget(contact);
        if (contact.HasEmail)
        {
            _bin[contact.Email] = contact;
        }
    }

    /// <summary>The contact is found no more, by id, by address or in the recycle bin.</summary>
    public void Forget(Contact contact)
    {
        Count--;
        _byEmail.Remove(contact.Email);
        if (contact.Mobile is { } mobile)
        {
            _byMobile.Remove(mobile);
        }
    }

    public void FromBin(Contact contact)
    {
        Count++;
        _bin.Remove(contact.Email);
        _byEmail.Add(contact.Email, contact);
        if (contact.Mobile is { } mobile && !_byMobile.TryAdd(mobile, contact))
        {
            // The number belongs to another contact by now.
            contact.Mobile = null;
        }
    }
}
