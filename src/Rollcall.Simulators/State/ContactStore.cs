namespace Rollcall.Simulators.State;

/// <summary>The account's contacts: in order of id, and by address.</summary>
internal sealed class ContactStore(long firstId)
{
    private readonly List<Contact> all = [];
    private readonly Dictionary<string, Contact> byEmail = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Contact> byMobile = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Contact> bin = new(StringComparer.OrdinalIgnoreCase);
    private long nextId = firstId;

    public int Count => byEmail.Count;

    /// <summary>Everyone in order of id, those in the recycle bin too.</summary>
    public IReadOnlyList<Contact> InOrder => all;

    public Contact? ByEmail(string email) => byEmail.GetValueOrDefault(email);

    public Contact? ByMobile(string mobile) => byMobile.GetValueOrDefault(mobile);

    public Contact? InBin(string email) => bin.GetValueOrDefault(email);

    public Contact? ById(long id)
    {
        var at = PositionAfter(id) - 1;
        return at >= 0 && all[at].Id == id && all[at].Status != ContactStatus.Deleted ? all[at] : null;
    }

    /// <summary>The position of the first contact whose id is above <paramref name="id"/>.</summary>
    public int PositionAfter(long id)
    {
        int low = 0, high = all.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (all[middle].Id <= id)
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

    public Contact Create(string email, DateTime now, long id = 0)
    {
        id = id == 0 ? nextId : id;
        if (all.Count > 0 && id <= all[^1].Id)
        {
            throw new InvalidOperationException($"Contact {id} comes after {all[^1].Id}: ids of a seed must rise.");
        }

        var contact = new Contact(id) { Email = email, Created = now, Updated = now, StatusSince = now };
        byEmail.Add(email, contact);
        all.Add(contact);
        nextId = id + 1;
        return contact;
    }

    public void ChangeEmail(Contact contact, string email)
    {
        byEmail.Remove(contact.Email);
        contact.Email = email;
        byEmail.Add(email, contact);
    }

    public void ChangeMobile(Contact contact, string mobile)
    {
        if (contact.Mobile is { } old)
        {
            byMobile.Remove(old);
        }

        contact.Mobile = mobile;
        byMobile[mobile] = contact;
    }

    public void ToBin(Contact contact)
    {
        byEmail.Remove(contact.Email);
        bin[contact.Email] = contact;
        if (contact.Mobile is { } mobile)
        {
            byMobile.Remove(mobile);
        }
    }

    public void FromBin(Contact contact)
    {
        bin.Remove(contact.Email);
        byEmail.Add(contact.Email, contact);
    }
}
