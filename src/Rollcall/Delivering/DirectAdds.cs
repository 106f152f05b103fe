using System.Collections.Concurrent;
using System.Text.Json;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// Adds people to books one by one, so that join actions fire: POST /v2/address-books/{id}/contacts, or PATCH /contacts/v3/email/{email} where the job
/// says <c>direct_api: v3</c>. People that Rollcall knows at Dotdigital are looked up first: those who were deleted are not created again, those in the
/// book do not join twice, and who has another address there is added under it.
/// </summary>
internal sealed class DirectAdds(RunContext run, DirectEntries entries, DirectCalls calls, SettledDeliveries settled)
{
    // Who was added to one book of this run needs no second look before the next: the id, and whether Dotdigital asked them to confirm.
    private readonly ConcurrentDictionary<string, (long? Id, bool Asked)> _added = new(StringComparer.Ordinal);

    // Whose add to one book may still be carried out: looked up before the next book.
    private readonly HashSet<string> _unanswered = new(StringComparer.Ordinal);

    /// <summary>Adds everyone who enters.</summary>
    /// <param name="beforeEach">What is done before each burst: it may keep people out of it.</param>
    public async Task SendAsync(System.Action beforeEach, CancellationToken cancellation)
    {
        foreach (var book in entries.Singly == "false" ? [] : run.Books.ToList())
        {
            if (book.Id is { } id)
            {
                await calls.SendAsync(DeliveryKind.Add, book, entries.People(book.No), causesMail: true, "add",
                    (person, token) => AddAsync(id, person, token), cancellation, beforeEach: beforeEach);
                Learn(id);
            }
        }
    }

    /// <summary>What looking people up told of calls to a book that were not answered, for the books that follow.</summary>
    private void Learn(long book)
    {
        var added = settled.All.Where(d => d.Kind == DeliveryKind.Add && d.Books.Contains(book)).ToList();
        if (run.Books.Count == 1 || added.Count == 0)
        {
            return;
        }

        foreach (var (key, id, code) in run.Db.Query(
            $"""
            SELECT member_key, contact_id, code
            FROM {OutcomeFiles.Relation(run.Folder, added)}
            WHERE code IN ('Seen', 'AwaitsConfirmation', '{ReasonCode.WaitsToBeAdded}', '{ReasonCode.Unanswered}')
            """,
            r => (r.GetString(0), r.IsDBNull(1) ? (long?)null : r.GetInt64(1), r.GetString(2))))
        {
            if (code == ReasonCode.Unanswered)
            {
                _unanswered.Add(key);
            }
            else if (id is { } contact)
            {
                _added[key] = (contact, code != "Seen");
            }
        }
    }

    private async Task<DirectAnswer?> AddAsync(long book, DirectPerson person, CancellationToken cancellation)
    {
        var again = _added.TryGetValue(person.MemberKey, out var before);
        if (before.Asked)
        {
            return Waits(before.Id, fields: true);
        }

        var (email, known) = (person.Email, again || person.ContactId is not null);
        if (!again
            && (person.ContactId is not null || person.KnownCode == ReasonCode.Unanswered || _unanswered.Contains(person.MemberKey) || run.Job.LooksUpEveryone))
        {
            var contact = await LookUps.FindAsync(run, person.MemberKey, person.ContactId, email, cancellation);
            if (Found(contact, book, person) is { } answer)
            {
                return answer.Code == "" ? null : answer;
            }

            (email, known) = (contact?.Email ?? email, contact is not null);
        }

        return run.Job.DirectApi == DirectApi.V3
            ? await PatchAsync(book, email, known, person, cancellation)
            : await PostAsync(book, email, known, person, cancellation);
    }

    /// <summary>What a look at the contact says already; null where the person is to be added. An answer without a code: not known.</summary>
    private DirectAnswer? Found(Contact? contact, long book, DirectPerson person)
    {
        if (contact is null)
        {
            return person.ContactId is null ? null : Deleted(person.ContactId);
        }

        var id = ProvenIds.Of(contact, person.MemberKey, person.ContactId);
        return (contact.Status, contact.StatusIn(book)) switch
        {
            (ContactStatus.Deleted, _) => run.Job.RecreateDeleted && person.ContactId is null ? null : Deleted(id),
            (ContactStatus.Unknown, _) or (_, ListStatus.Unknown) => new DirectAnswer("Failed", "failed", "", ""),
            (ContactStatus.Subscribed, ListStatus.Subscribed) => new DirectAnswer("Delivered", "delivered", "Seen",
                "Dotdigital shows the person in the book.") { ContactId = id, AccountStatus = "Subscribed", BookStatus = "Subscribed" },
            (ContactStatus.Subscribed or ContactStatus.PendingOptIn, ListStatus.Pending) => Awaits(id, fields: false),
            (ContactStatus.PendingOptIn, _) => Waits(id, fields: false),
            (ContactStatus.Subscribed, null) => null,
            (ContactStatus.Subscribed, _) => Out("Unsubscribed", id, "Subscribed"),
            var (status, _) => Out(status.ToString(), id, status.ToString()),
        };
    }

    private async Task<DirectAnswer?> PostAsync(long book, string email, bool known, DirectPerson person, CancellationToken cancellation)
    {
        var fields = known && run.Job.MergeOption == MergeOption.OverwriteIfEmpty ? "" : Fields(person.Fields, run.Job.MergeOption);
        try
        {
            var answer = await run.Client.Contacts.AddToBookAsync(book, Person(email, known, fields), cancellation);
            var id = ProvenIds.Of(answer.Id, answer.Email, person.MemberKey);
            Remember(person, id, answer.Status == ContactStatus.PendingOptIn);
            return answer.Status switch
            {
                ContactStatus.Subscribed => Added(id, fields.Length > 0 || person.Fields.Length == 0),
                ContactStatus.PendingOptIn => Awaits(id, fields.Length > 0 || person.Fields.Length == 0),
                // Nobody is deleted on the word of one call: they are looked up.
                ContactStatus.Unknown or ContactStatus.Deleted => null,
                var status => Out(status.ToString(), id, status.ToString()),
            };
        }
        catch (DotdigitalException e) when (Refused(e) is { } refused)
        {
            return refused;
        }
    }

    private async Task<DirectAnswer?> PatchAsync(long book, string email, bool known, DirectPerson person, CancellationToken cancellation)
    {
        var merge = run.Job.MergeOption switch
        {
            MergeOption.OverwriteIfNotEmpty => "overwrite-if-not-empty",
            MergeOption.OverwriteIfEmpty => "overwrite-if-empty",
            _ => "overwrite",
        };
        try
        {
            var contact = await run.Client.Contacts.PatchIntoBookAsync(book, Person(email, known, Braced(person.Fields)), merge, cancellation);
            var id = ProvenIds.Of(contact, person.MemberKey, person.ContactId);
            Remember(person, id, contact.Status == ContactStatus.PendingOptIn);
            return (contact.Status, contact.StatusIn(book)) switch
            {
                (ContactStatus.Subscribed, ListStatus.Subscribed) => Added(id, fields: true),
                (ContactStatus.PendingOptIn, not ListStatus.Unknown) or (ContactStatus.Subscribed, ListStatus.Pending) => Awaits(id, fields: true),
                (ContactStatus.Subscribed, ListStatus.Suppressed) => Out("Unsubscribed", id, "Subscribed"),
                (ContactStatus.Subscribed or ContactStatus.Unknown or ContactStatus.Deleted, _) or (_, ListStatus.Unknown) => null,
                var (status, _) => Out(status.ToString(), id, status.ToString()),
            };
        }
        catch (DotdigitalException e) when (Refused(e) is { } refused)
        {
            return refused;
        }
    }

    private void Remember(DirectPerson person, long? contactId, bool asked)
    {
        if (run.Books.Count > 1)
        {
            _added[person.MemberKey] = (contactId, asked);
        }
    }

    /// <summary>What people chose is never overwritten: only someone who was unknown gets the job's types.</summary>
    private ContactToAdd Person(string email, bool known, string fields) => new(email)
    {
        DataFields = fields,
        EmailType = known ? null : run.Job.Config.EmailType?.ToString(),
        OptInType = known ? null : run.Job.Config.OptInType?.ToString(),
    };

    private static string Braced(string fields) => fields.Length == 0 ? "" : "{" + fields + "}";

    /// <summary>v2 overwrites: with <c>overwrite_if_not_empty</c>, empty values are left out.</summary>
    private static string Fields(string fields, MergeOption merge)
    {
        if (merge != MergeOption.OverwriteIfNotEmpty || !fields.Contains("null", StringComparison.Ordinal))
        {
            return Braced(fields);
        }

        using var values = JsonDocument.Parse(Braced(fields));
        return Braced(string.Join(',', values.RootElement.EnumerateObject().Where(f => f.Value.ValueKind != JsonValueKind.Null).Select(f => f.ToString())));
    }

    private static DirectAnswer Added(long? id, bool fields) => new("Delivered", "delivered", "Added", "Dotdigital added the person to the book.")
    {
        ContactId = id,
        AccountStatus = "Subscribed",
        BookStatus = "Subscribed",
        FieldsWritten = fields,
    };

    private static DirectAnswer Awaits(long? id, bool fields) => new("Pending", "pending", "AwaitsConfirmation", "Dotdigital asked the person to confirm.")
    {
        ContactId = id,
        AccountStatus = "PendingOptIn",
        BookStatus = "PendingOptIn",
        FieldsWritten = fields,
    };

    /// <summary>Not added: adding someone who was asked to confirm may ask them again.</summary>
    private static DirectAnswer Waits(long? id, bool fields) =>
        new("Pending", "pending", ReasonCode.WaitsToBeAdded, "Dotdigital asked the person to confirm; they are added to this book once they have.")
    {
        ContactId = id,
        AccountStatus = "PendingOptIn",
        FieldsWritten = fields,
    };

    private static DirectAnswer Deleted(long? id) =>
        new("Suppressed", "suppressed", ReasonCode.DeletedAtDotdigital, DeletedGuard.DeletedReason) { ContactId = id, AccountStatus = "Deleted",
            BookStatus = "Deleted" };

    private static DirectAnswer Out(string status, long? id, string account) =>
        new("Suppressed", "suppressed", status, $"Dotdigital shows the person as {status}.") { ContactId = id, AccountStatus = account, BookStatus = status };

    /// <summary>What a refusal says of the person, or of the book; null when it says nothing of either.</summary>
    private static DirectAnswer? Refused(DotdigitalException e)
    {
        var item = e.HasCode("contacts:invalidContacts") && e.Details.Count > 0 ? e.Details[0] : null;
        return (e.ErrorCode?.ToUpperInvariant(), item?.Item) switch
        {
            ("ERROR_CONTACT_SUPPRESSED", _) => new DirectAnswer("Suppressed", "suppressed", "Suppressed",
                "Dotdigital refuses the person: opted out, bounced, complained or barred.") { ReadStatus = true, AccountStatus = "Suppressed",
                    BookStatus = "Suppressed" },
            ("ERROR_CONTACT_SUPPRESSEDFORADDRESSBOOK", _) => new DirectAnswer("Suppressed", "suppressed", "Unsubscribed",
                "The person left this book, and Dotdigital refuses to put them back.") { ReadStatus = true, BookStatus = "Unsubscribed" },
            ("ERROR_INVALID_EMAIL", _) => Invalid,
            ("ERROR_CONTACT_INVALID", _) => Failed("ContactInvalid", "Dotdigital finds something wrong with the contact."),
            ("ERROR_ADDRESSBOOK_NOTWRITABLE", _) => Failed("BookNotWritable", "Dotdigital lets nobody be added to the address book: it is one of its own.",
                Findings.BookNotWritable()),
            ("ERROR_ADDRESSBOOK_NOT_FOUND" or "ERROR_ADDRESSBOOK_INVALID", _) or (_, "lists") => Failed("BookVanished",
                "The address book vanished while the run was under way.", Findings.BookVanishedFromCalls()),
            ("ERROR_CONTACT_TOOMANY" or "CONTACTS:TOOMANYCONTACTS", _) => Failed("AccountFull",
                "The Dotdigital account may hold no more contacts: make room or enlarge it, and run again.", Findings.ContactLimitReached()),
            ("ERROR_DATAFIELD_NOTFOUND", _) => Failed("DataFieldVanished",
                "A data field of the job vanished while the run was under way; the next run leaves it out.", Findings.FieldVanishedMeanwhile()),
            ("ERROR_DATAFIELD_INVALID" or "ERROR_DATAFIELD_VALUE_OVERFLOW", _) or (_, "dataFields") => Failed("ValueRefused",
                "Dotdigital does not take one of the person's values."),
            (_, "email") when item!.Description.Contains("invalid", StringComparison.OrdinalIgnoreCase) => Invalid,
            (_, "email") => new DirectAnswer("Suppressed", "suppressed", "NotAllowed", "Dotdigital bars the address.") { ReadStatus = true,
                AccountStatus = "NotAllowed", BookStatus = "NotAllowed" },
            _ => null,
        };
    }

    private static DirectAnswer Invalid => new("Invalid", "invalid", "InvalidEmail", "Dotdigital does not take the address.");

    private static DirectAnswer Failed(string code, string reason, Finding? endsBook = null) => new("Failed", "failed", code, reason) { EndsBook = endsBook };
}
