namespace Rollcall.Simulators;

/// <summary>
/// The initial content of a simulated account. As a file it is JSON with these names in camel case:
/// <code>
/// {
///   "books": [{"id": 1001, "name": "Newsletter", "visibility": "Private", "writable": true}],
///   "dataFields": [{"name": "LIFETIME_SPEND", "type": "Numeric"}],
///   "contacts": [{
///     "email": "ada@example.com", "id": 1100000123, "status": "Subscribed", "optInType": "Single", "emailType": "Html",
///     "dataFields": {"FIRSTNAME": "Ada", "LIFETIME_SPEND": 12.5},
///     "books": {"1001": "Subscribed"}
///   }],
///   "globallySuppressed": ["never@example.com"],
///   "suppressedDomains": ["blocked.example"]
/// }
/// </code>
/// Everything but a book's name, a field's name and a contact's email may be left out. <c>GET /simulator/state</c>
/// answers in the same format, with more data about each contact. Every account has the data fields FIRSTNAME,
/// LASTNAME, FULLNAME, GENDER, POSTCODE and LASTSUBSCRIBED.
/// </summary>
public sealed record Seed
{
    /// <summary>Address books.</summary>
    public IReadOnlyList<SeedBook> Books { get; init; } = [];

    /// <summary>Data fields beyond those every account has.</summary>
    public IReadOnlyList<SeedDataField> DataFields { get; init; } = [];

    /// <summary>Contacts.</summary>
    public IReadOnlyList<SeedContact> Contacts { get; init; } = [];

    /// <summary>Addresses that cannot be created or updated: <c>GloballySuppressed</c>.</summary>
    public IReadOnlyList<string> GloballySuppressed { get; init; } = [];

    /// <summary>Domains whose addresses cannot be created or updated: <c>SuppressedByDomain</c>.</summary>
    public IReadOnlyList<string> SuppressedDomains { get; init; } = [];
}

/// <summary>An initial address book.</summary>
public sealed record SeedBook
{
    /// <summary>Its id; 0 assigns the next free one.</summary>
    public int Id { get; init; }

    /// <summary>Its name, unique in the account.</summary>
    public required string Name { get; init; }

    /// <summary><c>Private</c> (the default) or <c>Public</c>.</summary>
    public string Visibility { get; init; } = "Private";

    /// <summary>Whether contacts may be added. Default yes.</summary>
    public bool Writable { get; init; } = true;
}

/// <summary>An initial data field.</summary>
public sealed record SeedDataField
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary><c>String</c> (the default), <c>Numeric</c>, <c>Date</c> or <c>Boolean</c>.</summary>
    public string Type { get; init; } = "String";

    /// <summary><c>Private</c> (the default) or <c>Public</c>.</summary>
    public string Visibility { get; init; } = "Private";
}

/// <summary>An initial contact.</summary>
public sealed record SeedContact
{
    /// <summary>The address.</summary>
    public required string Email { get; init; }

    /// <summary>Its id; 0 assigns the next free one. Ids given must rise from contact to contact.</summary>
    public long Id { get; init; }

    /// <summary>Its status in the account; <see cref="ContactStatus.Deleted"/> puts it into the recycle bin.</summary>
    public ContactStatus Status { get; init; }

    /// <summary>The time of that status; the start of the simulator when omitted.</summary>
    public DateTimeOffset? StatusSince { get; init; }

    /// <summary><c>Unknown</c>, <c>Single</c> (the default), <c>Double</c> or <c>VerifiedDouble</c>.</summary>
    public OptInType OptInType { get; init; } = OptInType.Single;

    /// <summary><c>Html</c> (the default) or <c>PlainText</c>.</summary>
    public EmailType EmailType { get; init; } = EmailType.Html;

    /// <summary>Values of data fields, by name.</summary>
    public IReadOnlyDictionary<string, System.Text.Json.JsonElement> DataFields { get; init; } =
        new Dictionary<string, System.Text.Json.JsonElement>();

    /// <summary>Its status in each book, by the book's id.</summary>
    public IReadOnlyDictionary<int, BookStatus> Books { get; init; } = new Dictionary<int, BookStatus>();
}
