using System.Text.Json.Nodes;

namespace Rollcall.Simulators.Lytics;

/// <summary>The default mapping of the status stream to user fields. It makes the profile of an address that nobody has.</summary>
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
        var profile = state.People.FindBy("email", email) is { } number
            ? state.People.Fields(number)
            : new JsonObject { ["_id"] = email, ["email"] = email };
        var account = Text(one, "account_id");
        if (account is not null && Text(one, "account_status") is { } accountStatus)
        {
            Map(profile, "dm_account_status")[account] = accountStatus;
        }

        if (account is not null && Text(one, "address_book_id") is { } book && Text(one, "address_book_status") is { } bookStatus)
        {
            Map(profile, "dm_addressbook_status")[$"{account}_{book}"] = bookStatus;
        }

        profile["dm_addressbook_status_ts"] = state.Now;
        state.People.Put(profile);
    }

    private static JsonObject Map(JsonObject profile, string field)
    {
        if (profile[field] is not JsonObject map)
        {
            profile[field] = map = [];
        }

        return map;
    }

    /// <summary>A value as text: numbers are as good.</summary>
    private static string? Text(JsonObject one, string field) => one[field] is JsonValue value && value.ToString() is { Length: > 0 } text ? text : null;
}
