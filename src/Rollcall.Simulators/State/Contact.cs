namespace Rollcall.Simulators.State;

/// <summary>A contact, kept small: an account of a million must fit comfortably.</summary>
internal sealed class Contact(long id)
{
    private string?[] _values = [];
    private Membership[] _memberships = [];

    public long Id { get; } = id;

    public required string Email { get; set; }

    public string? Mobile { get; set; }

    public ContactStatus Status { get; set; }

    public OptInType OptInType { get; set; }

    public EmailType EmailType { get; set; } = EmailType.Html;

    public DateTime Created { get; init; }

    public DateTime Updated { get; set; }

    public DateTime StatusSince { get; set; }

    /// <summary>Whether someone who left the account was asked whether to come back, and may still say yes.</summary>
    public bool IsAskedBack { get; set; }

    public ReadOnlySpan<Membership> Memberships => _memberships;

    /// <summary>Neither a member of good standing nor on the way to be one.</summary>
    public bool IsSuppressed => Status is not (ContactStatus.Subscribed or ContactStatus.PendingOptIn);

    public string? Value(int ordinal) => ordinal < _values.Length ? _values[ordinal] : null;

    public void SetValue(int ordinal, string? value)
    {
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
        var at = Array.FindIndex(_memberships, m => m.Book == membership.Book);
        if (at < 0)
        {
            at = _memberships.Length;
            Array.Resize(ref _memberships, at + 1);
        }

        _memberships[at] = membership;
    }

    public void RemoveMembership(int book) => _memberships = Array.FindAll(_memberships, m => m.Book != book);

    public void RemoveMemberships() => _memberships = [];
}

/// <summary>A contact's standing in one book, since when.</summary>
internal readonly record struct Membership(int Book, BookStatus Status, DateTime Since);
