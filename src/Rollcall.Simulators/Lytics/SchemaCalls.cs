using System.Text.Json;
using Rollcall.Simulators.Http;

namespace Rollcall.Simulators.Lytics;

/// <summary>What fields there are. Lytics does not publish these bodies; <c>data.columns</c> is what is known of them.</summary>
internal sealed class SchemaCalls(LyticsState state)
{
    public IReadOnlyList<LyticsOperation> Operations =>
    [
        new("userSchema", "GET", "/api/schema/user", call => call.Data(json => Write(json, Columns()))),
        new("fieldInfo", "GET", "/api/segment/{id}/fieldinfo", FieldInfo) { Query = ["fields", "limit"], Lists = ["fields"] },
    ];

    private Reply FieldInfo(LyticsCall call)
    {
        if (!state.Audiences.Exists(audience => audience.Id == call.Path[0]))
        {
            throw call.Refuse(404, $"segment '{call.Path[0]}' not found");
        }

        var fields = call.List("fields");
        var limit = call.Number("limit", int.MaxValue, 0, int.MaxValue);
        return call.Data(json => Write(json, Columns().Where(column => fields?.Contains(column.Key) ?? true).Take(limit)));
    }

    private IEnumerable<KeyValuePair<string, string>> Columns()
    {
        var columns = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (field, type) in state.People.WrittenTypes)
        {
            columns[field] = type;
        }

        foreach (var (field, type) in GeneratedPerson.Fields)
        {
            columns[field] = type;
        }

        return columns.Where(column => !state.HiddenFields.Contains(column.Key));
    }

    private static void Write(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, string>> columns)
    {
        json.WriteStartObject();
        json.WriteString("name", "user");
        json.WriteStartArray("columns");
        foreach (var (field, type) in columns)
        {
            json.WriteStartObject();
            json.WriteString("as", field);
            json.WriteString("type", type);
            json.WriteString("shortdesc", field.Replace('_', ' '));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
