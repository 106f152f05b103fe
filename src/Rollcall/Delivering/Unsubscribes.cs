using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// Unsubscribes from a book people who left its audiences, where <c>exit_action</c> says so: POST /v2/address-books/{id}/contacts/unsubscribe, a call
/// each. It cannot be undone, so each is looked up first: only someone subscribed there at that moment, under the address that left, is unsubscribed. The
/// contact, its other books and its subscription to the account stay.
/// </summary>
internal sealed class Unsubscribes(RunContext run, DirectCalls calls)
{
    /// <summary>Dotdigital's code where it knows nobody by an address.</summary>
    public const string NotFound = "ERROR_CONTACT_NOT_FOUND";

    /// <summary>Sends for the people of <c>unsubscribing</c>, whose columns are those <see cref="DirectCalls"/> takes.</summary>
    /// <param name="beforeEach">What is done before each burst: it may take people out of the table.</param>
    public async Task SendAsync(System.Action beforeEach, CancellationToken cancellation)
    {
        foreach (var book in run.Books.ToList())
        {
            // Whose contact id nobody knew may have been in the book before the job.
            var before = !run.Job.ExitExisting && run.Db.Number("SELECT count(*) FROM unsubscribing WHERE contact_id IS NULL") > 0
                ? run.Db.Query($"SELECT contact_id FROM there_sorted WHERE book_id = {book.Id ?? 0} AND contact_id IS NOT NULL", r => r.GetInt64(0)).ToHashSet()
                : [];
            if (book.Id is { } id && run.Db.Number($"SELECT count(*) FROM unsubscribing WHERE book_id = {id}") > 0)
            {
                await calls.SendAsync(DeliveryKind.Unsubscribe, book, $"(SELECT * FROM unsubscribing WHERE book_id = {id})", causesMail: false,
                    "unsubscribe", (person, token) => UnsubscribeAsync(id, person, before, token), cancellation, beforeEach: beforeEach);
            }
        }
    }

    private async Task<DirectAnswer?> UnsubscribeAsync(long book, DirectPerson person, HashSet<long> before, CancellationToken cancellation)
    {
        var contact = await LookUps.FindContactAsync(run, person.ContactId, person.Email, cancellation);
        if (contact is { Status: not ContactStatus.Deleted } && !Has(contact, person))
        {
            // The call goes by address, and would unsubscribe the contact as it is now: a member, perhaps, under the new one.
            return new DirectAnswer("Omitted", "left", ReasonCode.SameContact, SameContact.Reason) { ContactId = contact.Id };
        }

        if (person.ContactId is null && contact is not null && before.Contains(contact.Id))
        {
            return new DirectAnswer("Omitted", "left", ReasonCode.AlreadyThere, ExitReason.AlreadyThere) { ContactId = contact.Id };
        }

        switch (contact?.Status, contact?.StatusIn(book))
        {
            case (null, _) or (ContactStatus.Deleted, _):
                return new DirectAnswer("Omitted", "left", "NotAtDotdigital", "Left the audience; Dotdigital has no such contact any more.");
            case (ContactStatus.Subscribed, ListStatus.Subscribed):
                break;
            case (ContactStatus.Unknown, _) or (_, ListStatus.Unknown):
                return null;
            case (ContactStatus.PendingOptIn, _) or (ContactStatus.Subscribed, ListStatus.Pending):
                return new DirectAnswer("Pending", "pending", "AwaitsConfirmation",
                    "Left the audience before confirming; leaves the book once they confirm.") { ContactId = contact!.Id };
            case (ContactStatus.Subscribed, null):
                return new DirectAnswer("Omitted", "left", "NotInBook", "Left the audience, and was not in the book any more.") { ContactId = contact!.Id };
            case (ContactStatus.Subscribed, _):
                return Out("Unsubscribed", "Subscribed", contact!.Id);
            case ({ } status, _):
                return Out(status.ToString(), status.ToString(), contact!.Id);
        }

        try
        {
            await run.Client.Contacts.UnsubscribeAsync(book, person.Email, cancellation);
        }
        catch (DotdigitalException e) when (e.ErrorCode == NotFound && contact!.Email is { } shown && shown != person.Email)
        {
            // Of people found in a book, the ledger knows the key, whose domain is in ASCII: the contact may be spelled otherwise.
            await run.Client.Contacts.UnsubscribeAsync(book, shown, cancellation);
        }

        return new DirectAnswer("Delivered", "left", "Unsubscribed", "Left the audience and was unsubscribed from the book.") { ContactId = contact!.Id,
            BookStatus = "Unsubscribed" };
    }

    private static bool Has(Contact contact, DirectPerson person) => contact.Email is { } email && MemberKey.Of(email) == person.MemberKey;

    private static DirectAnswer Out(string status, string account, long id) =>
        new("Suppressed", "suppressed", status,
            $"Left the audience; Dotdigital shows the person as {status} already, and nothing was sent.") { ContactId = id, AccountStatus = account,
                BookStatus = status };
}
