using System.Buffers;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Rollcall.Dotdigital;

/// <summary>Identifies a bulk removal.</summary>
/// <param name="Value">Dotdigital's id of it.</param>
public readonly record struct DeletionId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The status of a bulk removal.</summary>
public enum DeletionStatus
{
    /// <summary>A status this program does not know: poll again.</summary>
    Unknown,

    /// <summary>Under way.</summary>
    Started,

    /// <summary>Done.</summary>
    Completed,

    /// <summary>Failed, perhaps after removing some contacts: check them.</summary>
    Failed,
}

/// <summary>
/// People: looking them up, reading opt-outs, adding them one by one, and removing them from a book. No call here changes a person's other books or their
/// subscription to the account.
/// </summary>
public sealed partial class Contacts
{
    private const int MostEmptyPages = 100;

    private readonly DotdigitalTransport _transport;

    internal Contacts(DotdigitalTransport transport) => _transport = transport;

    /// <summary>A contact by address, with any status (<c>GET /contacts/v3/email/{value}</c>); null when Dotdigital reports that it does not exist.</summary>
    public Task<Contact?> FindByEmailAsync(string email, CancellationToken cancellation = default)
    {
        // Dotdigital would refuse such a value, and ".." would be another path.
        return email.Contains('@', StringComparison.Ordinal) && email.Length <= DotdigitalLimits.IdentifierValue
            ? FindAsync("email", email, cancellation)
            : Task.FromResult<Contact?>(null);
    }

    /// <summary>
    /// A contact by contact id, with any status (<c>GET /contacts/v3/contactId/{value}</c>); null when Dotdigital reports that it does not exist.
    /// </summary>
    public Task<Contact?> FindByIdAsync(long contactId, CancellationToken cancellation = default) =>
        FindAsync("contactId", contactId.ToString(CultureInfo.InvariantCulture), cancellation);

    /// <summary>
    /// Everyone in a book, with status and lists, 5,000 per call (<c>GET /contacts/v3?~listId=</c>). The book is complete when the sequence ends without an
    /// exception.
    /// </summary>
    /// <param name="listId">The book.</param>
    /// <param name="modifiedSince">Only contacts modified then or later; truncated to seconds. Null: everyone.</param>
    public async IAsyncEnumerable<Contact> ReadBookAsync(
        long listId, DateTimeOffset? modifiedSince = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var query = $"contacts/v3?~listId={listId}"
            + (modifiedSince is { } since ? "&~modified=gte::" + WireTime.Format(since) : "")
            + $"&include=channelProperties%7Clists&limit={DotdigitalLimits.PageV3}";
        string? marker = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var empty = 0;
        while (true)
        {
            var request = DotdigitalRequest.Read(
                "contacts.readBook", CallTier.Low, marker is null ? query : query + "&marker=" + Uri.EscapeDataString(marker), AnswerBounds.Page);
            var page = await _transport.SendAsync(request, DotdigitalWire.Default.WireContactPage, cancellation).ConfigureAwait(false);
            var items = page.Items ?? throw _transport.Unreadable(request);
            foreach (var contact in items)
            {
                yield return Of(contact, request);
            }

            var next = page.Links?.Next?.Marker;
            if (string.IsNullOrEmpty(next) || (next == marker && items.Count == 0))
            {
                yield break;
            }

            empty = items.Count == 0 ? empty + 1 : 0;
            if (!seen.Add(next) || empty > MostEmptyPages)
            {
                throw new DotdigitalException(
                    next == marker ? FailureKind.Transient : FailureKind.Boundless,
                    request.Operation,
                    $"Dotdigital returned the same page twice, or empty pages ({request.Operation}): the book was not read completely.");
            }

            marker = next;
        }
    }

    /// <summary>One page of the people who unsubscribed from a book (<c>GET /v2/address-books/{id}/contacts/unsubscribed-since/{date}</c>).</summary>
    /// <param name="bookId">The book.</param>
    /// <param name="since">The earliest date; truncated to seconds.</param>
    /// <param name="skip">Rows to skip.</param>
    /// <param name="take">Rows to read, 1 to 1,000.</param>
    public Task<OptedOutPage> UnsubscribedSincePageAsync(long bookId, DateTimeOffset since, int skip, int take, CancellationToken cancellation = default) =>
        FeedAsync("contacts.unsubscribedSince", $"v2/address-books/{bookId}/contacts/unsubscribed-since/{WireTime.Format(since)}", skip, take, cancellation);

    /// <summary>One page of the people suppressed in the account (<c>GET /v2/contacts/suppressed-since/{date}</c>).</summary>
    /// <param name="since">The earliest date; truncated to seconds.</param>
    /// <param name="skip">Rows to skip.</param>
    /// <param name="take">Rows to read, 1 to 1,000.</param>
    public Task<OptedOutPage> SuppressedSincePageAsync(DateTimeOffset since, int skip, int take, CancellationToken cancellation = default) =>
        FeedAsync("contacts.suppressedSince", $"v2/contacts/suppressed-since/{WireTime.Format(since)}", skip, take, cancellation);

    /// <summary>
    /// Removes contacts from a book, in the background (<c>POST /v2/address-books/{id}/contacts/delete</c>). The contacts themselves, and their other books,
    /// stay.
    /// </summary>
    /// <param name="bookId">The book.</param>
    /// <param name="ids">Contact ids, at least one; no limit is documented, start at <see cref="DotdigitalLimits.RemovalBatch"/>.</param>
    /// <exception cref="DotdigitalException">Status 400 or 413: too many, halve. Ambiguous: some may be removed; check before repeating it.</exception>
    public async Task<DeletionId> RemoveFromBookAsync(long bookId, ReadOnlyMemory<long> ids, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(ids.Length, nameof(ids));
        var request = DotdigitalRequest.Write(
            "contacts.removeFromBook", CallTier.Low, HttpMethod.Post, $"v2/address-books/{bookId}/contacts/delete", Body(ids.Span));
        var wire = await _transport.SendAsync(request, DotdigitalWire.Default.WireDeletion, cancellation).ConfigureAwait(false);
        return wire.Id is { Length: > 0 } id ? new DeletionId(id) : throw _transport.Unreadable(request, HttpStatusCode.Accepted);
    }

    /// <summary>The status of a bulk removal (<c>GET /v2/contacts/deletion/{id}</c>); null when Dotdigital does not know it (or no longer).</summary>
    public async Task<DeletionStatus?> DeletionAsync(DeletionId id, CancellationToken cancellation = default)
    {
        var request = DotdigitalRequest.Read("contacts.deletion", CallTier.Unlimited, "v2/contacts/deletion/" + Uri.EscapeDataString(id.Value));
        try
        {
            var wire = await _transport.SendAsync(request, DotdigitalWire.Default.WireDeletion, cancellation).ConfigureAwait(false);
            return wire.Status switch
            {
                "Started" => DeletionStatus.Started,
                "Completed" => DeletionStatus.Completed,
                "Failed" => DeletionStatus.Failed,
                _ => DeletionStatus.Unknown,
            };
        }
        catch (DotdigitalException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>
    /// Removes one contact from a book (<c>DELETE /v2/address-books/{id}/contacts/{contactId}</c>). The contact itself, and its other books, stay.
    /// </summary>
    /// <returns>False when the contact was not found there.</returns>
    public async Task<bool> RemoveOneAsync(long bookId, long contactId, CancellationToken cancellation = default)
    {
        var request = DotdigitalRequest.Write(
            "contacts.removeOne", CallTier.Medium, HttpMethod.Delete, $"v2/address-books/{bookId}/contacts/{contactId}", null);
        try
        {
            await _transport.SendAsync(request, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (DotdigitalException e) when (e.HasCode("ERROR_CONTACT_NOT_FOUND"))
        {
            return false;
        }
    }

    /// <summary>
    /// Unsubscribes a person from one book (<c>POST /v2/address-books/{id}/contacts/unsubscribe</c>): on exit if the job says so, or after a write of
    /// ours resubscribed a person who had opted out.
    /// </summary>
    public async Task<OptedOut> UnsubscribeAsync(long bookId, string email, CancellationToken cancellation = default)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new WireUnsubscribe(email), DotdigitalWire.Default.WireUnsubscribe);
        var request = DotdigitalRequest.Write(
            "contacts.unsubscribe", CallTier.Medium, HttpMethod.Post, $"v2/address-books/{bookId}/contacts/unsubscribe", body);
        return Of(await _transport.SendAsync(request, DotdigitalWire.Default.WireSuppression, cancellation).ConfigureAwait(false));
    }

    /// <summary>Unsubscribes a person from the account (<c>POST /v2/contacts/unsubscribe</c>) after a write of ours resubscribed them.</summary>
    public async Task<OptedOut> UnsubscribeFromAccountAsync(string email, CancellationToken cancellation = default)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new WireUnsubscribe(email), DotdigitalWire.Default.WireUnsubscribe);
        var request = DotdigitalRequest.Write("contacts.unsubscribeFromAccount", CallTier.Medium, HttpMethod.Post, "v2/contacts/unsubscribe", body);
        return Of(await _transport.SendAsync(request, DotdigitalWire.Default.WireSuppression, cancellation).ConfigureAwait(false));
    }

    private async Task<Contact?> FindAsync(string identifier, string value, CancellationToken cancellation)
    {
        var request = DotdigitalRequest.Read("contacts.find", CallTier.High, $"contacts/v3/{identifier}/{Uri.EscapeDataString(value)}");
        try
        {
            return Of(await _transport.SendAsync(request, DotdigitalWire.Default.WireContact, cancellation).ConfigureAwait(false), request);
        }
        catch (DotdigitalException e) when (e is { Status: 404, ErrorCode: { } code } && code.StartsWith("contacts:", StringComparison.OrdinalIgnoreCase))
        {
            // Only v3's own error code proves absence: a 404 from a proxy does not.
            return null;
        }
    }

    private async Task<OptedOutPage> FeedAsync(string operation, string path, int skip, int take, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        ArgumentOutOfRangeException.ThrowIfLessThan(take, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(take, DotdigitalLimits.PageV2);
        var request = DotdigitalRequest.Read(operation, CallTier.Low, $"{path}?select={take}&skip={skip}", AnswerBounds.Page);
        var wire = await _transport.SendAsync(request, DotdigitalWire.Default.WireSuppressionRows, cancellation).ConfigureAwait(false);
        return new OptedOutPage([.. wire.Select(Of)], wire.Count < take);
    }

    private static byte[] Body(ReadOnlySpan<long> ids)
    {
        var buffer = new ArrayBufferWriter<byte>(ids.Length * 11);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartArray();
        foreach (var id in ids)
        {
            json.WriteNumberValue(id);
        }

        json.WriteEndArray();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static OptedOut Of(WireSuppression wire)
    {
        var contact = wire.SuppressedContact;
        var status = ContactStatuses.Parse(wire.Reason);
        return new OptedOut(
            contact?.Email,
            contact?.Id is > 0 and var id ? id : null,
            status == ContactStatus.Unknown ? ContactStatuses.Parse(contact?.Status) : status,
            WireTime.Parse(wire.DateRemoved)) { Margin = WireTime.Margin(wire.DateRemoved) };
    }

    private Contact Of(WireContact wire, DotdigitalRequest request)
    {
        // Only a positive id is valid: ids from answers are used in later calls.
        if (wire.ContactId <= 0)
        {
            throw _transport.Unreadable(request);
        }

        var whole = ContactStatuses.Parse(wire.Status);
        var email = wire.ChannelProperties?.Email;
        return new Contact
        {
            Id = wire.ContactId,
            Email = wire.Identifiers?.Email,
            Status = whole == ContactStatus.Deleted || email is null ? whole : ContactStatuses.Parse(email.Status),
            Created = WireTime.Parse(wire.Created),
            Updated = WireTime.Parse(wire.Updated),
            Lists = wire.Lists is null
                ? null
                : [.. wire.Lists.Select(list => new ListMembership(list.Id, list.Name ?? "", ContactStatuses.ParseList(list.Status)))],
        };
    }
}
