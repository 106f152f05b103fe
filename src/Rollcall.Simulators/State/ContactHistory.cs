namespace Rollcall.Simulators.State;

/// <summary>
/// Earlier states of contacts, for lists that lag behind. It uses the machine's clock, which does not jump when the server's
/// is set, and only stores what the lag needs.
/// </summary>
internal sealed class ContactHistory(TimeProvider clock, Func<TimeSpan> lag)
{
    private readonly Dictionary<long, List<Version>> _versions = [];

    /// <summary>A contact is created.</summary>
    public void Comes(Contact contact) => Keep(contact, wasThere: false);

    /// <summary>A contact is about to change.</summary>
    public void Changes(Contact contact) => Keep(contact, wasThere: true);

    /// <summary>The contacts as the lists show them.</summary>
    public IEnumerable<Contact> Shown(IEnumerable<Contact> contacts)
    {
        if (lag() <= TimeSpan.Zero)
        {
            return contacts;
        }

        var then = clock.GetUtcNow() - lag();
        return contacts.Select(contact => At(contact, then)).OfType<Contact>();
    }

    private Contact? At(Contact contact, DateTimeOffset then)
    {
        foreach (var version in _versions.GetValueOrDefault(contact.Id) ?? [])
        {
            if (version.Until > then)
            {
                return version.Was;
            }
        }

        return contact;
    }

    private void Keep(Contact contact, bool wasThere)
    {
        if (lag() <= TimeSpan.Zero)
        {
            _versions.Clear();
            return;
        }

        var now = clock.GetUtcNow();
        if (!_versions.TryGetValue(contact.Id, out var versions))
        {
            _versions.Add(contact.Id, versions = []);
        }

        versions.RemoveAll(version => version.Until <= now - lag());
        if (versions.Count == 0 || versions[^1].Until < now)
        {
            versions.Add(new Version(now, wasThere ? contact.Copy() : null));
        }
    }

    /// <summary>What a contact was until a moment; null: it was not there.</summary>
    private sealed record Version(DateTimeOffset Until, Contact? Was);
}
