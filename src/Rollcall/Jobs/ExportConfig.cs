namespace Rollcall.Jobs;

/// <summary>Lytics' own keys of the job, and <c>key_field</c>.</summary>
public sealed record ExportConfig
{
    /// <summary>Audiences of one job at most: each is a bit of a 128-bit number.</summary>
    internal const int MostAudiences = 128;

    /// <summary>Lytics' limit of <see cref="FieldChanges"/>.</summary>
    public const int MostFieldChanges = 75;

    /// <summary>Names that Dotdigital reserves: no data field has them, in any letter case.</summary>
    public static IReadOnlyList<string> ReservedDataFields { get; } = ["email", "id", "contactid", "notes", "unsubscribed"];

    /// <summary>The audiences to export, in order: the first that has a member gives the member's values.</summary>
    public required IReadOnlyList<string> SegmentIds { get; init; }

    /// <summary>Which audience goes to which book; an audience or a book may stand in several.</summary>
    public required IReadOnlyList<SegmentMapping> SegMappings { get; init; }

    /// <summary>Which field goes to which data field.</summary>
    public IReadOnlyList<FieldMapping> Mappings { get; init; } = [];

    /// <summary>The fields a job needs of every audience.</summary>
    public IReadOnlyList<string> Fields => [.. ScalarFields.Union(InsightFields, StringComparer.Ordinal)];

    /// <summary>Of <see cref="Fields"/>, those that must hold one value; <see cref="IdField"/> may be a map.</summary>
    public IReadOnlyList<string> ScalarFields =>
        [.. new[] { EmailField, KeyField, IdField }.OfType<string>().Concat(Mappings.Select(mapping => mapping.Field)).Distinct(StringComparer.Ordinal)];

    /// <summary>The data fields a job fills.</summary>
    public IEnumerable<string> DataFields => Mappings.Concat(RecommenderMappings).Select(mapping => mapping.DataField);

    /// <summary>The field with the email address.</summary>
    public required string EmailField { get; init; }

    /// <summary>The field with the contact's Dotdigital id; null when there is none.</summary>
    public string? IdField { get; init; }

    /// <summary>The field with the profile's own stable id; null when there is none.</summary>
    public string? KeyField { get; init; }

    /// <summary>The email type of people who first enter; null to leave it to Dotdigital.</summary>
    public EmailType? EmailType { get; init; }

    /// <summary>The opt-in type of people who first enter; null to leave it to Dotdigital.</summary>
    public OptInType? OptInType { get; init; }

    /// <summary>What happens to a member who leaves.</summary>
    public ExitAction ExitAction { get; init; } = ExitAction.Ignore;

    /// <summary>One run, then no more.</summary>
    public bool BackfillOnly { get; init; }

    /// <summary>The fields (user fields) whose change updates a member, at most 75; empty for all mapped ones.</summary>
    public IReadOnlyList<string> FieldChanges { get; init; } = [];

    /// <summary>Add people one by one, so that join actions fire.</summary>
    public bool TriggerJoin { get; init; }

    /// <summary>Resubscribe people who unsubscribed, with a challenge email.</summary>
    public bool Resubscribe { get; init; }

    /// <summary>Resubscribe people who unsubscribed, without one.</summary>
    public bool ResubscribeNoChallenge { get; init; }

    /// <summary>Whether people who unsubscribed are resubscribed at all.</summary>
    public bool BringsBack => Resubscribe || ResubscribeNoChallenge;

    /// <summary>Send status events to the status sink.</summary>
    public bool SyncStatus { get; init; }

    /// <summary>Content collection for recommendations.</summary>
    public string? CollectionId { get; init; }

    /// <summary>Recommendation field to data field: <c>title</c> is the first recommendation's, <c>2.title</c> the second's.</summary>
    public IReadOnlyList<FieldMapping> RecommenderMappings { get; init; } = [];

    /// <summary>User fields for the insight collection of fields.</summary>
    public IReadOnlyList<string> InsightFields { get; init; } = [];

    /// <summary>Recommendations into an insight collection.</summary>
    public bool InsightRecommendations { get; init; }
}

/// <summary>One audience to one book.</summary>
/// <param name="SegmentId">The audience's id.</param>
/// <param name="Book">The book.</param>
public sealed record SegmentMapping(string SegmentId, BookTarget Book);

/// <summary>A book, by id or by name.</summary>
/// <param name="Id">Its id; null when it is named.</param>
/// <param name="Name">Its name; null when it goes by its id.</param>
/// <param name="Create">Whether it is created where the account has none of that name.</param>
/// <param name="Visibility">Its visibility when it is created.</param>
public sealed record BookTarget(long? Id, string? Name, bool Create = false, BookVisibility Visibility = BookVisibility.Private)
{
    /// <summary>The id or the quoted name.</summary>
    public override string ToString() => Id is { } id ? id.ToString(System.Globalization.CultureInfo.InvariantCulture) : $"\"{Name}\"";
}

/// <summary>Who sees an address book.</summary>
public enum BookVisibility
{
    /// <summary>Only the account.</summary>
    Private,

    /// <summary>Also contacts, on preference pages.</summary>
    Public,
}

/// <summary>One field to one data field.</summary>
/// <param name="Field">The user field: a column of the audience.</param>
/// <param name="DataField">The data field at Dotdigital.</param>
public sealed record FieldMapping(string Field, string DataField);

/// <summary>What happens to a member who leaves.</summary>
public enum ExitAction
{
    /// <summary>Nothing.</summary>
    Ignore,

    /// <summary>They are unsubscribed from the book.</summary>
    Unsubscribe,

    /// <summary>They are removed from the book.</summary>
    Remove,
}

/// <summary>Email type of a contact.</summary>
public enum EmailType
{
    /// <summary>HTML.</summary>
    Html,

    /// <summary>Plain text.</summary>
    PlainText,
}

/// <summary>How a contact opted in.</summary>
public enum OptInType
{
    /// <summary>Unknown.</summary>
    Unknown,

    /// <summary>Single.</summary>
    Single,

    /// <summary>Double.</summary>
    Double,

    /// <summary>Verified double: Dotdigital sends an email.</summary>
    VerifiedDouble,
}
