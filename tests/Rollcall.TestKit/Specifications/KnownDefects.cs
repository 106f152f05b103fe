namespace Rollcall.TestKit.Specifications;

/// <summary>
/// Where the official documents contradict themselves: the only places in which the validator departs from them.
/// A test shows that each is needed, and that the documents still are as described here.
/// </summary>
internal static class KnownDefects
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<KnownDefect> All { get; } =
    [
        new(
            ApiDocument.V3Contacts,
            "/components/schemas/channelProperties_channelProperties_email/properties/resubscribeOptions",
            """{"$ref": "#/components/schemas/channelPropertiesWithResubscribe_channelProperties_email_resubscribeOptions"}""",
            "updateContactRequest is an allOf of two shapes for channelProperties.email. The one with status, emailType and "
            + "optInType forbids any other property, so resubscribeOptions, the other one's only property, could never be sent."),
        new(
            ApiDocument.V3Contacts,
            "/components/schemas/identifiers/properties/contactId",
            """{"$ref": "#/components/schemas/contactId"}""",
            "contactRequest.identifiers is an allOf of contactIdObject, where contactId is an integer, and identifiers, whose "
            + "additionalProperties make it a string. The document's own example sends an integer."),
        new(
            ApiDocument.V3Insight,
            "/components/schemas/upsertInsightRecord/allOf/0/properties/key",
            "{}",
            InsightRecord),
        new(
            ApiDocument.V3Insight,
            "/components/schemas/upsertInsightRecord/allOf/0/properties/json",
            "{}",
            InsightRecord),
        new(
            ApiDocument.V3Insight,
            "/components/schemas/inline_response_200_2/properties/failures",
            "{}",
            "The result of a deletion must have failures and has no such property: what they hold is said nowhere."),
    ];

    /// <summary>
    /// The pattern of the header x-ddg-integration-token is written as a JavaScript literal, between slashes, at every
    /// operation of v3. The documents' own example of a token has none.
    /// </summary>
    public static string Pattern(string pattern) =>
        pattern.StartsWith("/^", StringComparison.Ordinal) && pattern.EndsWith("$/", StringComparison.Ordinal) ? pattern[1..^1] : pattern;

    private const string InsightRecord =
        "upsertInsightRecord is an allOf of two shapes. The one with contactIdentity forbids any other property; the other "
        + "requires key and json. No record keeps both, not even the document's own examples.";
}

/// <summary>One contradiction and what resolves it.</summary>
/// <param name="Document">The document's file name.</param>
/// <param name="Pointer">What is added, as a JSON pointer: nothing may be there yet.</param>
/// <param name="Addition">The JSON that is added.</param>
/// <param name="Reason">The contradiction.</param>
internal sealed record KnownDefect(string Document, string Pointer, string Addition, string Reason);
