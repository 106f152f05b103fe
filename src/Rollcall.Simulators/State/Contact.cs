namespace Rollcall.Simulators.State;

/// <summary>A contact, kept small: an account of a million must fit comfortably.</summary>
internal sealed class Contact
{
    private readonly ContactHistory? _history;
    private string?[] _values = [];
    private Membership[] _memberships = [];

    public Contact(long id, string email, ContactHistory history)
    {
        Id = id;
        Email = email;
        EmailType = EmailType.Html;
        _history = history;
        history.Comes(this);
    }

    private Contact(Contact other)
    {
        Id = other.Id;
        Email = other.Email;
        Mobile = other.Mobile;
        Status = other.Status;
        OptInType = other.OptInType;
        EmailType = other.EmailType;
        Created = other.Created;
        Updated = other.Updated;
        StatusSince = other.StatusSince;
        IsAskedBack = other.IsAskedBack;
        _values = [.. other._values];
        _memberships = [.. other._memberships];
    }

    public long Id { get; }

    /// <summary>The address; empty for a contact with only a mobile number.</summary>
    public string Email
    {
        get;
        set => Set(ref field, value);
    }

    public bool HasEmail => Email.Length > 0;

    public string? Mobile
    {
        get;
        set => Set(ref field, value);
    }

    public ContactStatus Status
    {
        get;
        set => Set(ref field, value);
    }

    public OptInType OptInType
    {
        get;
        set => Set(ref field, value);
    }

    public EmailType EmailType
    {
        get;
        set => Set(ref field, value);
    }

    public DateTime Created { get; init; }

    public DateTime Updated
    {
        get;
        set => Set(ref field, value);
    }

    public DateTime StatusSince
    {
        get;
        set => Set(ref field, value);
    }

    /// <summary>Whether a person who left the account was challenged and can still accept.</summary>
    public bool IsAskedBack { get; set; }

    public ReadOnlySpan<Membership> Memberships => _memberships;

    /// <summary>Neither a member of good standing nor on the way to be one.</summary>
    public bool IsSuppressed => Status is not (ContactStatus.Subscribed or ContactStatus.PendingOptIn);

    /// <summary>A snapshot of the contact, unaffected by later changes.</summary>
    public Contact Copy() => new(this);

    public string? Value(int ordinal) => ordinal < _values.Length ? _values[ordinal] : null;

    public void SetValue(int ordinal, string? value)
    {
        _history?.Changes(this);
        if (ordinal >= _values.Length)
        {
            if (value is null)
            {
                return;
            }

            Array.Resize(ref _values, ordinal + 1);
        }

        _values[ordinal] = value;
    }

    public BookStatus? StatusIn(int book)
    {
        foreach (var membership in _memberships)
        {
            if (membership.Book == book)
            {
                return membership.Status;
            }
        }

        return null;
    }

    public void SetMembership(Membership membership)
    {
        _history?.Changes(this);
        var at = Array.FindIndex(_memberships, m => m.Book == membership.Book);
        if (at < 0)
        {
            at = _memberships.Length;
            Array.Resize(ref _memberships, at + 1);
        }

        _memberships[at] = membership;
    }

    public void RemoveMembership(int book) => Set(ref _memberships, Array.FindAll(_memberships, m => m.Book != book));

    public void RemoveMemberships() => Set(ref _memberships, []);

    private void Set<T>(ref T place, T value)
    {
        _history?.Changes(this);
        place = value;
    }
}

/// <summary>A contact's status in one book, and since when.</summary>
internal readonly record struct Membership(int Book, BookStatus Status, DateTime Since);
