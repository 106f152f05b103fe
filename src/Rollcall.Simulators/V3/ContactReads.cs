using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Rollcall.Simulators.Http;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.V3;

/// <summary>Contacts listed, filtered and paged by marker, and one contact by an identifier.</summary>
internal sealed partial class ContactReads(Simulation simulation)
{
    private const int DefaultLimit = 1000;
    private const int MaxLimit = 5000;

    private AccountState State => simulation.State;

    public IEnumerable<Operation> Operations =>
    [
        new("getContacts", "GET", "/contacts/v3", Framework.Contacts, Tier.Low, List)
        {
            Query = ["data-fields", "include", "~created", "~modified", "~listId", "~segmentId", "limit", "marker"],
        },
        new("getContact", "GET", "/contacts/v3/{identifier}/{value}", Framework.Contacts, Tier.High, Read),
    ];

    /// <summary>The contact an identifier names; one of the wrong kind is refused, one unknown is null.</summary>
    public static Contact? Find(AccountState state, string identifier, string value)
    {
        switch (identifier)
        {
            case "contactId":
                return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                    ? state.Contacts.ById(id)
                    : throw Invalid();
            case "email":
                return EmailAddress.Fault(value) is null ? state.Contacts.ByEmail(value) : throw Invalid();
            case "mobileNumber":
                return MobileNumber.IsValid(value) ? state.Contacts.ByMobile(value) : throw Invalid();
            default:
                throw Refuse.Contacts(400, "invalidIdentifier", $"The identifier '{identifier}' is not recognized");
        }

        RefusalException Invalid() => Refuse.Contacts(400, "invalidId", $"The id value '{value}' is invalid for the identifier '{identifier}'");
    }

    public static RefusalException NotFound(string identifier, string value) =>
        Refuse.Contacts(404, "contactNotFound", "The following contacts could not be found", (value, $"Not found using the identifier '{identifier}'"));

    private Reply Read(Call call)
    {
        var contact = Find(State, call.Path[0], call.Path[1]) ?? throw NotFound(call.Path[0], call.Path[1]);
        return Reply.Json(200, json => ContactWire.Write(json, contact, ContactView.Full(State), State));
    }

    private Reply List(Call call)
    {
        var view = View(call);
        var accepts = Filter(call);
        var limit = call.QueryInt("limit", DefaultLimit);
        if (limit is < 1 or > MaxLimit)
        {
            throw Refuse.Contacts(400, "invalidParameter", $"The limit '{limit}' is not between 1 and {MaxLimit}");
        }

        string? marker = call.Query["marker"];
        var after = marker is null ? 0 : ReadMarker(marker);
        var page = State.History.Shown(State.Contacts.InOrder.Skip(State.Contacts.PositionAfter(after)))
            .Where(contact => contact.Status != ContactStatus.Deleted && accepts(contact))
            .Take(limit + 1)
            .ToList();
        return Reply.Json(200,
        json => {
            json.WriteStartObject();
            json.WriteStartArray("_items");
            foreach (var contact in page.Take(limit))
            {
                ContactWire.Write(json, contact, view, State);
            }

            json.WriteEndArray();
            json.WriteStartObject("_links");
            WriteLink("self", after);
            WriteLink("first", 0);
            if (page.Count > limit)
            {
                WriteLink("next", page[limit - 1].Id);
            }

            json.WriteEndObject();
            json.WriteEndObject();

            void WriteLink(string name, long position)
            {
                json.WriteStartObject(name);
                json.WriteString("marker", Marker(position));
                json.WriteString("link", Link(call, Marker(position)));
                json.WriteEndObject();
            }
        });
    }

    private ContactView View(Call call)
    {
        var include = ((string?)call.Query["include"] ?? "").Split('|', StringSplitOptions.RemoveEmptyEntries);
        if (include.FirstOrDefault(name => name is not ("channelProperties" or "lists" or "preferences" or "consentRecords")) is { } unknown)
        {
            throw Refuse.Contacts(400, "invalidParameter", $"The value '{unknown}' of 'include' is invalid");
        }

        return new ContactView(Fields(call), include.Contains("channelProperties"), include.Contains("lists"), include.Contains("consentRecords"));
    }

    private List<DataField>? Fields(Call call) => (string?)call.Query["data-fields"] switch
    {
        null => null,
        "[[ALL]]" => [.. State.Fields],
        var names => [.. names.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(name =>
            State.Field(name) ?? throw Refuse.Contacts(400, "invalidDataFields", $"The data field '{name}' does not exist"))],
    };

    private Func<Contact, bool> Filter(Call call)
    {
        var created = Since(call, "~created");
        var modified = Since(call, "~modified");
        if ((created is not null && modified is not null) || call.Query.ContainsKey("~segmentId"))
        {
            throw Refuse.Contacts(400, "invalidFilter", "The filters cannot be used together, or name no segment of this account");
        }

        int? list = call.Query.ContainsKey("~listId") ? call.QueryInt("~listId", 0) : null;
        if (list is { } id && State.Book(id) is null)
        {
            throw Refuse.Contacts(400, "invalidFilter", $"The filter value '{id}' is invalid");
        }

        var onlySubscribed = simulation.Options.ListShowsSubscribedOnly;
        return contact =>
            (created is null || contact.Created >= created)
            && (modified is null || contact.Updated >= modified)
            && (list is null || (contact.StatusIn(list.Value) is { } status && (!onlySubscribed || status == BookStatus.Subscribed)));
    }

    private static DateTime? Since(Call call, string name)
    {
        if (!call.Query.TryGetValue(name, out var values))
        {
            return null;
        }

        var value = (string?)values ?? "";
        return SinceForm().IsMatch(value) && IsoDate.Read(value[5..]) is { } date
            ? date
            : throw Refuse.Contacts(400, "invalidFilter", $"The filter value '{value}' is invalid");
    }

    private static string Marker(long after) => Convert.ToBase64String(Encoding.ASCII.GetBytes(after.ToString(CultureInfo.InvariantCulture)));

    private static long ReadMarker(string marker)
    {
        Span<byte> bytes = stackalloc byte[64];
        return Convert.TryFromBase64String(marker, bytes, out var length)
            && long.TryParse(bytes[..length], NumberStyles.None, CultureInfo.InvariantCulture, out var after)
            ? after
            : throw Refuse.Contacts(400, "invalidMarker", $"The marker '{marker}' is invalid");
    }

    private static string Link(Call call, string marker)
    {
        var kept = call.Query
            .Where(parameter => parameter.Key != "marker")
            .Select(parameter => $"{Uri.EscapeDataString(parameter.Key)}={Uri.EscapeDataString((string?)parameter.Value ?? "")}&");
        return "/contacts/v3?" + string.Concat(kept) + "marker=" + Uri.EscapeDataString(marker);
    }

    [GeneratedRegex(@"^gte::\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z$")]
    private static partial Regex SinceForm();
}
