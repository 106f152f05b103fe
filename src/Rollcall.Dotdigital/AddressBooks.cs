using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Rollcall.Dotdigital;

/// <summary>The visibility of an address book or a data field.</summary>
public enum Visibility
{
    /// <summary>A value this program does not know.</summary>
    Unknown,

    /// <summary>Visible to the account only.</summary>
    Private,

    /// <summary>Also visible to contacts, on preference pages.</summary>
    Public,
}

/// <summary>An address book: v3 calls it a list.</summary>
/// <param name="Id">Its id, also as a list.</param>
/// <param name="Name">Its name, at most 128 characters.</param>
/// <param name="Visibility">Who sees it.</param>
/// <param name="Contacts">The number of contacts that Dotdigital reports for it.</param>
public sealed record AddressBook(long Id, string Name, Visibility Visibility, long Contacts);

/// <summary>An account's address books.</summary>
public sealed class AddressBooks
{
    private readonly DotdigitalTransport _transport;

    internal AddressBooks(DotdigitalTransport transport) => _transport = transport;

    /// <summary>All address books, 1,000 per call (<c>GET /v2/address-books</c>), including the account's own <c>Test</c> and <c>All Contacts</c>.</summary>
    public async IAsyncEnumerable<AddressBook> ListAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (var skip = 0; ; skip += DotdigitalLimits.PageV2)
        {
            var request = DotdigitalRequest.Read(
                "addressBooks.list", CallTier.Medium, $"v2/address-books?select={DotdigitalLimits.PageV2}&skip={skip}", AnswerBounds.Page);
            var page = await _transport.SendAsync(request, DotdigitalWire.Default.WireAddressBookRows, cancellation).ConfigureAwait(false);
            foreach (var book in page)
            {
                yield return Of(book, request);
            }

            if (page.Count < DotdigitalLimits.PageV2)
            {
                yield break;
            }
        }
    }

    /// <summary>Creates an address book (<c>POST /v2/address-books</c>).</summary>
    /// <exception cref="DotdigitalException">
    /// <c>ERROR_ADDRESSBOOK_DUPLICATE</c> also for a segment's name and the reserved ones, <c>ERROR_ADDRESSBOOK_LIMITEXCEEDED</c>,
    /// <c>ERROR_ADDRESSBOOK_INVALID</c>. Ambiguous: list the books before trying again.
    /// </exception>
    public async Task<AddressBook> CreateAsync(string name, Visibility visibility, CancellationToken cancellation = default)
    {
        if (visibility is not (Visibility.Private or Visibility.Public))
        {
            throw new ArgumentOutOfRangeException(nameof(visibility), visibility, "Private or Public.");
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(new WireNewAddressBook(name, visibility.ToString()), DotdigitalWire.Default.WireNewAddressBook);
        var request = DotdigitalRequest.Write("addressBooks.create", CallTier.Medium, HttpMethod.Post, "v2/address-books", body);
        return Of(await _transport.SendAsync(request, DotdigitalWire.Default.WireAddressBook, cancellation).ConfigureAwait(false), request);
    }

    internal static Visibility VisibilityOf(string? word) => word switch
    {
        "Private" => Visibility.Private,
        "Public" => Visibility.Public,
        _ => Visibility.Unknown,
    };

    private AddressBook Of(WireAddressBook wire, DotdigitalRequest request) =>
        wire.Id == 0 ? throw _transport.Unreadable(request) : new(wire.Id, wire.Name ?? "", VisibilityOf(wire.Visibility), wire.Contacts);
}
