using System.Text.Json;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.V3;

internal enum MergeOption
{
    Overwrite,
    OverwriteIfNotEmpty,
    OverwriteIfEmpty,
}

/// <summary>What became of a record. A contact may be written and yet have a failure: a part of it was left out.</summary>
internal sealed record Written(Contact? Contact, bool Created, Failure? Failure);

/// <summary>Writes v3 records into the account, one at a time: what imports and patches have in common.</summary>
internal sealed class ContactWriter(Simulation simulation)
{
    private AccountState State => simulation.State;

    /// <summary>Writes one record of an import. <paramref name="touched"/> has the contacts this import already wrote.</summary>
    public Written WriteImported(ContactRecord record, MergeOption merge, HashSet<long> touched, DateTime now)
    {
        var contact = Matched(record);
        if ((record.Failure ?? Fault(record, contact)) is { } fault)
        {
            return new Written(null, false, fault);
        }

        if (contact is not null && touched.Contains(contact.Id))
        {
            return new Written(null, false, new Failure("Duplicate", $"Duplicate identifier detected for '{record.Match}'"));
        }

        if (simulation.Options.SuppressedInImport == SuppressedInImport.Fails && contact is { IsSuppressed: true }
            && !(record.Status == ContactStatus.Subscribed && contact.Status == ContactStatus.Unsubscribed))
        {
            return new Written(null, false, new Failure("GloballySuppressed", "The contact is suppressed"));
        }

        var (values, wrong) = Values(record, leaveOut: simulation.Options.BadFieldInImport == BadFieldInImport.LeftOut);
        if (values is null)
        {
            return new Written(null, false, wrong);
        }

        var created = contact is null;
        if (created && State.Contacts.Count >= simulation.Options.MaxContacts)
        {
            throw new AccountFullException();
        }

        contact ??= simulation.Subscriptions.Create(record.Email ?? "", record.OptInType, record.EmailType, single: false, now);
        touched.Add(contact.Id);
        Apply(contact, created, record, values, merge, fires: false, now);
        return new Written(contact, created, wrong);
    }

    /// <summary>Writes a patch to a contact found or made by the caller.</summary>
    public void WritePatched(
        Contact contact, bool created, ContactRecord record, IReadOnlyList<(DataField, string?)> values, MergeOption merge, DateTime now) =>
        Apply(contact, created, record, values, merge, simulation.Options.PatchJoins, now);

    /// <summary>The values a record sends, or what is wrong with one of them; wrong ones are left out when that is wished.</summary>
    public (IReadOnlyList<(DataField Field, string? Value)>? Values, Failure? Wrong) Values(ContactRecord record, bool leaveOut)
    {
        var values = new List<(DataField, string?)>();
        Failure? wrong = null;
        if (record.DataFields.ValueKind != JsonValueKind.Object)
        {
            return (values, null);
        }

        foreach (var property in record.DataFields.EnumerateObject())
        {
            string? kept = null;
            var field = State.Field(property.Name);
            var fault = field is null
                ? $"The data field '{property.Name}' does not exist"
                : field.Read(property.Value, simulation.Options, out kept);
            if (fault is null)
            {
                values.Add((field!, kept));
            }
            else if (leaveOut)
            {
                wrong ??= new Failure("DataFieldsNotApplied", fault);
            }
            else
            {
                return (null, new Failure("InvalidContact", fault));
            }
        }

        return (values, wrong);
    }

    /// <summary>Errors of a record independent of its values: invalid, blocked or duplicate addresses, unknown lists.</summary>
    public Failure? Fault(ContactRecord record, Contact? contact)
    {
        // An import that matches by another identifier does not look at it; a patch cannot change it.
        if (record is { ContactId: { } id, Match: null or "contactId" } && id != contact?.Id)
        {
            return new Failure("InvalidContactId", $"The contact with the contactId {id} is another, or none");
        }

        if (record.Email is { } email)
        {
            if (EmailAddress.Fault(email) is { } bad)
            {
                return new Failure(bad, "Invalid value for 'email'");
            }

            if (State.BarredAs(email) is { } barred)
            {
                return new Failure(barred, "The email address must not be contacted");
            }

            if (State.Contacts.ByEmail(email) is { } other && other != contact)
            {
                return new Failure("Duplicate", $"Duplicate identifier detected for email '{email}'");
            }
        }

        if (record.Mobile is { } mobile)
        {
            if (!MobileNumber.IsValid(mobile))
            {
                return new Failure("InvalidPhoneNumber", "Invalid value for 'mobileNumber'");
            }

            if (State.Contacts.ByMobile(mobile) is { } other && other != contact)
            {
                return new Failure("Duplicate", "Duplicate identifier detected for mobileNumber");
            }
        }

        if (contact is not null && State.BarredAs(contact.Email) is { } alreadyBarred)
        {
            return new Failure(alreadyBarred, "The email address must not be contacted");
        }

        return record.Lists.Any(list => State.Book(list) is not { Writable: true })
            ? new Failure("InvalidAddressBookIds", "One or more of the list ids are not recognized")
            : null;
    }

    private Contact? Matched(ContactRecord record) => record.Match switch
    {
        "email" when record.Email is { } email => State.Contacts.ByEmail(email),
        "mobileNumber" when record.Mobile is { } mobile => State.Contacts.ByMobile(mobile),
        "contactId" when record.ContactId is { } id => State.Contacts.ById(id),
        _ => null,
    };

    private void Apply(
        Contact contact, bool created, ContactRecord record, IReadOnlyList<(DataField Field, string? Value)> values, MergeOption merge, bool fires,
        DateTime now)
    {
        if (record.Email is { } email && record.Match != "email" && !State.Contacts.Addresses.Equals(email, contact.Email))
        {
            State.Counters.AddressesChanged += contact.HasEmail ? 1 : 0;
            State.Contacts.ChangeEmail(contact, email);
        }

        if (record.Mobile is { } mobile && MobileNumber.Kept(mobile) != contact.Mobile)
        {
            State.Contacts.ChangeMobile(contact, mobile);
        }

        foreach (var (field, value) in values)
        {
            Merge(contact, field, value, merge);
        }

        if (!created)
        {
            ChangeChannel(contact, record, now);
        }

        if (record.Status is { } status)
        {
            simulation.Subscriptions.AskStatus(contact, status, record.ResubscribeWithNoChallenge, now);
        }

        foreach (var list in record.Lists)
        {
            simulation.Subscriptions.Enter(contact, list, fires, now);
        }

        contact.Updated = now;
    }

    private void ChangeChannel(Contact contact, ContactRecord record, DateTime now)
    {
        contact.EmailType = record.EmailType ?? contact.EmailType;
        if (record.OptInType == OptInType.VerifiedDouble && contact.HasEmail && contact.OptInType != OptInType.VerifiedDouble
            && contact.Status is ContactStatus.Subscribed or ContactStatus.PendingOptIn)
        {
            State.SetStatus(contact, ContactStatus.PendingOptIn, now);
            State.Counters.Confirmation(contact);
        }

        contact.OptInType = record.OptInType ?? contact.OptInType;
    }

    private static void Merge(Contact contact, DataField field, string? value, MergeOption merge)
    {
        var writes = merge switch
        {
            MergeOption.OverwriteIfNotEmpty => value is not null,
            MergeOption.OverwriteIfEmpty => contact.Value(field.Ordinal) is null,
            _ => true,
        };
        if (writes)
        {
            contact.SetValue(field.Ordinal, value);
        }
    }
}

/// <summary>The account has its maximum number of contacts.</summary>
internal sealed class AccountFullException : Exception;
