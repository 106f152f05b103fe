using System.Text.Json;

namespace Rollcall.Dotdigital;

/// <summary>The result of a resubscription.</summary>
public enum Resubscription
{
    /// <summary>An answer this program does not know: look the person up.</summary>
    Unknown,

    /// <summary>The person is subscribed again.</summary>
    Added,

    /// <summary>The person was asked by email. The call without a challenge may also return this.</summary>
    Challenged,

    /// <summary>The person cannot be resubscribed: bounced, complained, suppressed.</summary>
    Refused,
}

/// <summary>The answer to a resubscription.</summary>
/// <param name="Result">The result.</param>
/// <param name="ContactId">The contact's id; null when the answer does not show it.</param>
/// <param name="Email">The contact's address, which may be spelled differently from the one sent, or be another one; null when the answer shows none.</param>
/// <param name="Status">The account status that the answer shows; <see cref="ContactStatus.Unknown"/> when it shows none.</param>
public sealed record ResubscribeAnswer(Resubscription Result, long? ContactId, string? Email, ContactStatus Status);

/// <content>Resubscribing people. Only for people with the status <see cref="ContactStatus.Unsubscribed"/>.</content>
public sealed partial class Contacts
{
    /// <summary>
    /// Asks a person who left a book to resubscribe (<c>POST /v2/address-books/{id}/contacts/resubscribe</c>), or resubscribes them without asking
    /// (<c>.../resubscribe-with-no-challenge</c>). Sent once.
    /// </summary>
    /// <param name="bookId">The book.</param>
    /// <param name="email">The address.</param>
    /// <param name="challenge">Whether Dotdigital asks the person by email first.</param>
    /// <exception cref="DotdigitalException">Ambiguous: the person may have been mailed; a look-up shows whether they are subscribed, but not whether they
    /// were asked.</exception>
    public async Task<ResubscribeAnswer> ResubscribeAsync(long bookId, string email, bool challenge, CancellationToken cancellation = default)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new WireResubscribe(new WireUnsubscribe(email)), DotdigitalWire.Default.WireResubscribe);
        var path = $"v2/address-books/{bookId}/contacts/resubscribe{(challenge ? "" : "-with-no-challenge")}";
        var request = DotdigitalRequest.Write(
            challenge ? "contacts.resubscribe" : "contacts.resubscribeNoChallenge", CallTier.Medium, HttpMethod.Post, path, body);
        var wire = await _transport.SendAsync(request, DotdigitalWire.Default.WireResubscribed, cancellation).ConfigureAwait(false);
        return new ResubscribeAnswer(
            wire.Status switch
            {
                "ContactAdded" => Resubscription.Added,
                "ContactChallenged" => Resubscription.Challenged,
                "ContactCannotBeUnsuppressed" => Resubscription.Refused,
                _ => Resubscription.Unknown,
            },
            wire.Contact?.Id is > 0 and var id ? id : null,
            wire.Contact?.Email,
            ContactStatuses.Parse(wire.Contact?.Status));
    }
}
