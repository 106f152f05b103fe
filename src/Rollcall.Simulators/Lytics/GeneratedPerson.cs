using System.Globalization;
using System.Text.Json;

namespace Rollcall.Simulators.Lytics;

/// <summary>A person made of a number, and of how often they changed: always the same, and stored nowhere.</summary>
internal readonly record struct GeneratedPerson(int Number, int Revision, int? RepeatEmailEvery)
{
    private const string Prefix = "person";
    private const string Domain = "@example.com";

    private static readonly string[] FirstNames = ["Ada", "Björn", "Chloé", "Dmitri", "Elif", "Fátima", "Grzegorz", "Hiroshi", "İpek", "José", "Løvenborg",
        "Мария", "Nguyễn", "Ömer", "Søren", "李娜"];
    private static readonly string[] LastNames = ["Abel", "Brontë", "Çelik", "Díaz", "Eriksen", "Fuchs", "García", "Høgh", "Ito", "Jørgensen", "Kowalski",
        "O'Neill", "Müller", "de la Cruz", "Šimek", "Zhang \"Z\""];
    private static readonly string[] Cities = ["London", "São Paulo", "Zürich", "Kraków", "İzmir", "東京", "Reykjavík", "New York"];
    private static readonly string[] Countries = ["GB", "BR", "CH", "PL", "TR", "JP", "IS", "US"];
    private static readonly string[] Interests = ["books", "films", "garden", "music", "sport", "travel"];

    /// <summary>The fields and their types, in the order in which they are written.</summary>
    public static readonly IReadOnlyList<(string Field, string Type)> Fields =
    [
        ("_id", "string"), ("user_id", "string"), ("email", "string"), ("first_name", "string"), ("last_name", "string"), ("nickname", "string"),
        ("city", "string"), ("country", "string"), ("total_spend", "number"), ("visits", "int"), ("vip", "bool"),
        ("joined", "date"), ("last_visit", "date"), ("interests", "[]string"), ("scores", "map[string]number"),
    ];

    /// <summary>The names of the fields.</summary>
    public static readonly IReadOnlyList<string> FieldNames = [.. Fields.Select(field => field.Field)];

    public string Id => Prefix + Number.ToString(CultureInfo.InvariantCulture);

    public string Email
    {
        get
        {
            var number = RepeatEmailEvery is { } every && Number % every == 0 ? Number - 1 : Number;
            return string.Concat(Prefix, number.ToString(CultureInfo.InvariantCulture), Domain);
        }
    }

    /// <summary>The number in an id or an address of a generated person; null when it is not such an id or address.</summary>
    public static int? NumberOf(string text)
    {
        var id = text.EndsWith(Domain, StringComparison.OrdinalIgnoreCase) ? text.AsSpan(0, text.Length - Domain.Length) : text;
        return id.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            && int.TryParse(id[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < People.FirstWritten
            ? number
            : null;
    }

    /// <summary>Writes the value of a field; false when the field does not exist.</summary>
    public bool Write(Utf8JsonWriter json, string field)
    {
        switch (field)
        {
            case "_id":
                json.WriteString("_id", Id);
                return true;
            case "user_id":
                json.WriteString("user_id", (100000 + Number).ToString(CultureInfo.InvariantCulture));
                return true;
            case "email":
                json.WriteString("email", Email);
                return true;
            case "first_name":
                json.WriteString("first_name", FirstNames[Number & 15]);
                return true;
            case "last_name":
                json.WriteString("last_name", LastNames[(Number >> 4) & 15]);
                return true;
            case "nickname":
                json.WriteString("nickname", Number % 3 == 0 ? null : FirstNames[(Number + 1) & 15]);
                return true;
            case "city":
                json.WriteString("city", Cities[Number & 7]);
                return true;
            case "country":
                json.WriteString("country", Countries[Number & 7]);
                return true;
            case "total_spend":
                json.WriteNumber("total_spend", ((Number * 37L) + (Revision * 10_000L)) % 100_000 / 100m);
                return true;
            case "visits":
                json.WriteNumber("visits", (Number % 50) + Revision);
                return true;
            case "vip":
                json.WriteBoolean("vip", Number % 10 == 0);
                return true;
            case "joined":
                json.WriteString("joined", Day(Number % 3000));
                return true;
            case "last_visit":
                json.WriteString("last_visit", Day(3000 + (Number % 200) + Revision));
                return true;
            case "interests":
                json.WriteStartArray("interests");
                json.WriteStringValue(Interests[Number % 6]);
                json.WriteStringValue(Interests[(Number + 1) % 6]);
                json.WriteEndArray();
                return true;
            case "scores":
                json.WriteStartObject("scores");
                json.WriteNumber("affinity", Number % 100);
                json.WriteNumber("churn", (Number * 7L) % 100 / 100m);
                json.WriteEndObject();
                return true;
            default:
                return false;
        }
    }

    private static DateTime Day(int days) => new DateTime(2018, 1, 1, 12, 0, 0, DateTimeKind.Utc).AddDays(days);
}
