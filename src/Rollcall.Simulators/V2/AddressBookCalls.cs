using System.Text.Json;
using Rollcall.Simulators.Http;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.V2;

/// <summary>Address books and data fields: listed and created.</summary>
internal sealed class AddressBookCalls(Simulation simulation)
{
    private const int MaxNameLength = 128;
    private static readonly string[] ReservedNames = ["Test", "All Contacts"];
    private static readonly string[] Page = ["select", "skip"];

    public IEnumerable<Operation> Operations =>
    [
        new("getAddressBooks", "GET", "/v2/address-books", Framework.V2, Tier.Medium, List) { Query = Page },
        new("createAddressBook", "POST", "/v2/address-books", Framework.V2, Tier.Medium, Create),
        new("getAddressBook", "GET", "/v2/address-books/{id}", Framework.V2, Tier.High, Read),
        new("getDataFields", "GET", "/v2/data-fields", Framework.V2, Tier.Medium, ListFields),
        new("createDataField", "POST", "/v2/data-fields", Framework.V2, Tier.Medium, CreateField),
    ];

    /// <summary>The book a call is about.</summary>
    public static Book Known(AccountState state, int id) =>
        state.Book(id) ?? throw Refuse.V2(404, "ERROR_ADDRESSBOOK_NOT_FOUND", "The address book does not exist.");

    private Reply List(Call call)
    {
        var (select, skip) = call.Page();
        return Reply.Json(200,
        json => {
            json.WriteStartArray();
            foreach (var book in simulation.State.Books.Skip(skip).Take(select))
            {
                V2Wire.Write(json, book);
            }

            json.WriteEndArray();
        });
    }

    private Reply Read(Call call)
    {
        var book = Known(simulation.State, call.PathInt(0));
        return Reply.Json(200, json => V2Wire.Write(json, book));
    }

    private Reply Create(Call call)
    {
        const string Invalid = "ERROR_ADDRESSBOOK_INVALID";
        using var body = call.Json();
        V2Body.Only(body.RootElement, Invalid, "id", "name", "visibility", "contacts");
        V2Body.Int(body.RootElement, "id", Invalid);
        V2Body.Int(body.RootElement, "contacts", Invalid);
        var name = V2Body.Text(body.RootElement, "name", Invalid);
        if (string.IsNullOrWhiteSpace(name) || name.Length > MaxNameLength)
        {
            throw Refuse.V2(400, Invalid, "The name must have 1 to 128 characters.");
        }

        var visibility = Visibility(body.RootElement, Invalid);
        if (ReservedNames.Contains(name, StringComparer.OrdinalIgnoreCase)
            || simulation.State.Books.Any(book => string.Equals(book.Name, name, StringComparison.OrdinalIgnoreCase)))
        {
            throw Refuse.V2(400, "ERROR_ADDRESSBOOK_DUPLICATE", "There is already an address book of that name.");
        }

        if (simulation.State.Books.Count >= simulation.Options.MaxBooks)
        {
            throw Refuse.V2(400, "ERROR_ADDRESSBOOK_LIMITEXCEEDED", "The account has all the address books it may have.");
        }

        var created = simulation.State.AddBook(name, visibility);
        return Reply.Json(201, json => V2Wire.Write(json, created));
    }

    private Reply ListFields(Call call) => Reply.Json(200,
    json => {
        json.WriteStartArray();
        foreach (var field in simulation.State.Fields)
        {
            V2Wire.Write(json, field);
        }

        json.WriteEndArray();
    });

    private Reply CreateField(Call call)
    {
        const string Invalid = "ERROR_DATAFIELD_INVALID";
        using var body = call.Json();
        V2Body.Only(body.RootElement, Invalid, "name", "type", "visibility", "defaultValue");
        var name = V2Body.Text(body.RootElement, "name", Invalid);
        if (name is null || !DataField.IsValidName(name))
        {
            throw Refuse.V2(400, Invalid, "The name must be 1 to 20 letters, digits, '_' or '-', and not a reserved word.");
        }

        var type = V2Body.Word<DataFieldType>(body.RootElement, "type", Invalid) ?? DataFieldType.String;
        var visibility = Visibility(body.RootElement, Invalid);
        if (simulation.State.Field(name) is not null)
        {
            throw Refuse.V2(400, "ERROR_NON_UNIQUE_DATAFIELD", "The data field already exists.");
        }

        if (simulation.State.FieldCount >= simulation.Options.MaxDataFields)
        {
            throw Refuse.V2(400, "ERROR_DATAFIELD_LIMITEXCEEDED", "The account has all the data fields it may have.");
        }

        var value = V2Body.Value(body.RootElement, "defaultValue");
        var given = value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);
        var field = simulation.State.AddField(name, type, visibility, null);
        if (given && field.Read(value, simulation.Options.TextLimit, out _) is { } wrong)
        {
            simulation.State.DeleteField(name);
            throw Refuse.V2(400, Invalid, wrong + ".");
        }

        if (given)
        {
            simulation.State.SetDefault(field, value.Clone());
        }

        return Reply.Empty(201);
    }

    private static string Visibility(JsonElement body, string error)
    {
        var visibility = V2Body.Text(body, "visibility", error) ?? "Private";
        return visibility is "Private" or "Public"
            ? visibility
            : throw Refuse.V2(400, error, $"'{visibility}' is no visibility.");
    }
}
