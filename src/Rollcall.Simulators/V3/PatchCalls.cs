using Rollcall.Simulators.Http;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.V3;

/// <summary>One contact written by an identifier; one in the recycle bin comes back.</summary>
internal sealed class PatchCalls(Simulation simulation, ContactWriter writer)
{
    private AccountState State => simulation.State;

    public IEnumerable<Operation> Operations =>
    [
        new("importContact", "PATCH", "/contacts/v3/{identifier}/{value}", Framework.Contacts, Tier.Medium, Patch) { Query = ["merge-option"] },
    ];

    private Reply Patch(Call call)
    {
        var (identifier, value) = (call.Path[0], call.Path[1]);
        var merge = (string?)call.Query["merge-option"] switch
        {
            null or "overwrite" => MergeOption.Overwrite,
            "overwrite-if-not-empty" => MergeOption.OverwriteIfNotEmpty,
            "overwrite-if-empty" => MergeOption.OverwriteIfEmpty,
            var other => throw Refuse.Contacts(400, "invalidParameter", $"The merge option '{other}' is invalid"),
        };
        using var body = call.Json();
        var record = ContactRecordReader.Read(body.RootElement, import: false);
        var contact = ContactReads.Find(State, identifier, value);
        if (contact is null && identifier == "contactId")
        {
            throw ContactReads.NotFound(identifier, value);
        }

        var checkedRecord = identifier switch
        {
            "email" => record with { Email = record.Email ?? value },
            "mobileNumber" => record with { Mobile = record.Mobile ?? value },
            _ => record,
        };
        Check(checkedRecord, contact);
        var (values, wrong) = writer.Values(record, leaveOut: false);
        if (values is null)
        {
            throw Invalid("dataFields", wrong!.Description);
        }

        return Write(checkedRecord, contact, values, merge);
    }

    private Reply Write(ContactRecord record, Contact? contact, IReadOnlyList<(DataField, string?)> values, MergeOption merge)
    {
        var now = simulation.Now;
        var created = false;
        if (contact is null && record.Email is { } email && State.Contacts.InBin(email) is { } binned)
        {
            State.Restore(binned, now);
            contact = binned;
        }
        else if (contact is null)
        {
            if (State.Contacts.Count >= simulation.Options.MaxContacts)
            {
                throw Refuse.Contacts(400, "tooManyContacts", "The account has all the contacts it may have");
            }

            contact = simulation.Subscriptions.Create(record.Email ?? "", record.OptInType, record.EmailType, single: true, now);
            created = true;
        }

        writer.WritePatched(contact, created, record, values, merge, now);
        return Reply.Json(created ? 201 : 200, json => ContactWire.Write(json, contact, ContactView.Full(State), State));
    }

    private void Check(ContactRecord record, Contact? contact)
    {
        if (record.Failure is { } shape)
        {
            throw Invalid("contact", shape.Description);
        }

        if (writer.Fault(record, contact) is not { } fault)
        {
            return;
        }

        throw fault.Code == "Duplicate"
            ? Refuse.Contacts(409, "idAlreadyExists", fault.Description + ". All identifiers must be unique!")
            : Invalid(Item(fault.Code), fault.Description);
    }

    private static string Item(string code) => code switch
    {
        "InvalidAddressBookIds" => "lists",
        "InvalidPhoneNumber" => "mobileNumber",
        "InvalidContactId" => "contactId",
        _ => "email",
    };

    private static RefusalException Invalid(string item, string why) =>
        Refuse.Contacts(400, "invalidContacts", "Invalid contact data", (item, why));
}
