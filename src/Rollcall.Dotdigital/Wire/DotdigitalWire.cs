using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rollcall.Dotdigital;

internal sealed record WireError(string? Message, string? ErrorCode, string? Description, WireErrorDetail[]? Details);

internal sealed record WireErrorDetail(string? Item, string? Description, string? Error);

internal sealed record WireAccount(long Id, WirePropertyRows? Properties);

internal sealed record WireProperty(string? Name, string? Type, string? Value);

internal sealed record WireAddressBook(long Id, string? Name, string? Visibility, long Contacts);

internal sealed record WireNewAddressBook(string Name, string Visibility);

internal sealed record WireDataField(string? Name, string? Type, string? Visibility);

internal sealed record WireNewDataField(string Name, string Type, string Visibility);

internal sealed record WireSuppression(WireSuppressedContact? SuppressedContact, string? DateRemoved, string? Reason);

internal sealed record WireSuppressedContact(long? Id, string? Email, string? Status);

internal sealed record WireUnsubscribe(string Email);

internal sealed record WireAddedContact(long Id, string? Email, string? Status);

internal sealed record WireResubscribe(WireUnsubscribe UnsubscribedContact);

internal sealed record WireResubscribed(WireSuppressedContact? Contact, string? Status);

internal sealed record WireDeletion(string? Id, string? Status);

internal sealed record WireImportStarted(string? ImportId);

internal sealed record WireInsightReport(string? Status, WireInsightFailureRows? Failures);

internal sealed record WireInsightFailure(WireInsightOwner? CollectionOwner, string? FailureReason, string[]? Details, string? Key);

internal sealed record WireInsightOwner(WireContactIdentity? ContactIdentity);

internal sealed record WireContactIdentity(string? Identifier, JsonElement? Value);

internal sealed record WireInsightKeys(IReadOnlyList<string> Keys);

internal sealed record WireInsightDeleted(JsonElement? Failures);

internal sealed record WireContact(
    long ContactId,
    string? Status,
    string? Created,
    string? Updated,
    WireIdentifiers? Identifiers,
    WireChannelProperties? ChannelProperties,
    WireListRows? Lists);

internal sealed record WireIdentifiers(string? Email);

internal sealed record WireChannelProperties(WireEmailChannel? Email);

internal sealed record WireEmailChannel(string? Status);

internal sealed record WireList(long Id, string? Name, string? Status);

internal sealed record WireContactPage([property: JsonPropertyName("_items")] WireContactRows? Items, [property: JsonPropertyName("_links")] WireLinks? Links);

internal sealed record WireLinks(WireLink? Next);

internal sealed record WireLink(string? Marker);

/// <summary>Dotdigital's JSON, source-generated: no reflection at run time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(WireError))]
[JsonSerializable(typeof(WireAccount))]
[JsonSerializable(typeof(WireAddressBook))]
[JsonSerializable(typeof(WireAddressBookRows))]
[JsonSerializable(typeof(WireNewAddressBook))]
[JsonSerializable(typeof(WireDataFieldRows))]
[JsonSerializable(typeof(WireNewDataField))]
[JsonSerializable(typeof(WireSuppression))]
[JsonSerializable(typeof(WireSuppressionRows))]
[JsonSerializable(typeof(WireUnsubscribe))]
[JsonSerializable(typeof(WireAddedContact))]
[JsonSerializable(typeof(WireResubscribe))]
[JsonSerializable(typeof(WireResubscribed))]
[JsonSerializable(typeof(WireDeletion))]
[JsonSerializable(typeof(WireImportStarted))]
[JsonSerializable(typeof(WireInsightReport))]
[JsonSerializable(typeof(WireInsightKeys))]
[JsonSerializable(typeof(WireInsightDeleted))]
[JsonSerializable(typeof(WireContact))]
[JsonSerializable(typeof(WireContactPage))]
internal sealed partial class DotdigitalWire : JsonSerializerContext;
