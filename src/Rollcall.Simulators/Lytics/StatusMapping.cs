using System.Text.Json.Nodes;

namespace Rollcall.Simulators.Lytics;

/// <summary>The default mapping of the status stream to user fields. It creates a profile for an unknown address.</summary>
internal static class StatusMapping
{
    public const string Stream = "dotmailer_export_status";

    public static void Apply(LyticsState state, string stream, JsonObject one)
    {
        if (stream != Stream || Text(one, "email") is not { } given)
        {
            return;
        }

        var email = given.Trim().ToLowerInvariant();
        var number = state.People.FindBy("email", email) ?? state.People.Put(new JsonObject { ["_id"] = email, ["email"] = email });
        var changes = new JsonObject { ["dm_addressbook_status_ts"] = state.Now };
        var account = Text(one, "account_id");
        if (account is not null && Text(one, "account_status") is { } accountStatus)
        {
            changes["dm_account_status"] = Map(state.People, number, "dm_account_status", account, accountStatus);
        }

        if (account is not null && Text(one, "address_book_id") is { } book && Text(one, "address_book_status") is { } bookStatus)
        {
            changes["dm_addressbook_status"] = Map(state.People, number, "dm_addressbook_status", $"{account}_{book}", bookStatus);
        }

        state.People.Set(number, changes);
    }

    private static JsonObject Map(People people, int number, string field, string key, string value)
    {
        var map = people.WrittenValue(number, field) is JsonObject kept ? (JsonObject)kept.DeepClone() : [];
        map[key] = value;
        return map;
    }

    /// <summary>A value as text: numbers are as good.</summary>
    private static string? Text(JsonObject one, string field) => one[field] is JsonValue value && value.ToString() is { Length: > 0 } text ? text : null;
}
