using System.Text.Json;
using Rollcall.Simulators.Http;

namespace Rollcall.Simulators.Lytics;

/// <summary>Audiences and content collections: the list, one of them, and sizes.</summary>
internal sealed class SegmentCalls(LyticsState state)
{
    public IReadOnlyList<LyticsOperation> Operations =>
    [
        new("listSegments", "GET", "/api/segment", List) { Query = ["table", "valid"] },
        new("segmentSizes", "GET", "/api/segment/sizes", Sizes) { Query = ["ids"], Lists = ["ids"] },
        new("getSegment", "GET", "/api/segment/{idOrSlug}", One),
    ];

    private Reply List(LyticsCall call)
    {
        var table = call.Word("table", "user", "content") ?? "user";
        bool? invalid = call.Word("valid", "true", "false", "all") switch
        {
            "true" => false,
            "false" => true,
            _ => null,
        };
        return call.Data(json =>
        {
            json.WriteStartArray();
            if (table == "content")
            {
                foreach (var collection in invalid == true ? [] : state.Collections)
                {
                    Write(json, collection);
                }
            }
            else
            {
                foreach (var audience in state.Audiences.Where(audience => audience.Invalid == (invalid ?? audience.Invalid)))
                {
                    Write(json, audience);
                }
            }

            json.WriteEndArray();
        });
    }

    private Reply One(LyticsCall call)
    {
        var name = call.Path[0];
        if (state.Audiences.Find(audience => audience.Id == name || audience.Slug == name) is { } audience)
        {
            return call.Data(json => Write(json, audience));
        }

        return state.Collections.Find(collection => collection.Id == name || collection.Slug == name) is { } collection
            ? call.Data(json => Write(json, collection))
            : throw call.Refuse(404, $"segment '{name}' not found");
    }

    private Reply Sizes(LyticsCall call)
    {
        var ids = call.List("ids");
        return call.Data(json =>
        {
            json.WriteStartArray();
            foreach (var audience in state.Audiences.Where(audience => ids?.Contains(audience.Id) ?? true))
            {
                json.WriteStartObject();
                json.WriteString("id", audience.Id);
                json.WriteString("name", audience.Name);
                json.WriteString("slug_name", audience.Slug);
                json.WriteNumber("size", Size(audience));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    /// <summary>The reported size, which may differ from the real one.</summary>
    public int Size(Audience audience) => Math.Max(0, (audience.SaidSize ?? audience.Count) + state.Options.TotalOff);

    private void Write(Utf8JsonWriter json, Audience audience) =>
        Write(json, audience.Id, audience.Name, audience.Slug, "segment", "user", audience.Invalid, audience.SegmentQl, audience.Tags);

    private void Write(Utf8JsonWriter json, Collection collection) =>
        Write(json, collection.Id, collection.Name, collection.Slug, "segment", "content", false, "", []);

    private void Write(Utf8JsonWriter json, string id, string name, string slug, string kind, string table, bool invalid, string ql, IReadOnlyList<string> tags)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("name", name);
        json.WriteString("slug_name", slug);
        json.WriteString("account_id", state.Options.AccountId ?? "simulated");
        json.WriteString("author_id", "simulated");
        json.WriteString("created", state.Started);
        json.WriteString("updated", state.Started);
        json.WriteString("description", "");
        json.WriteBoolean("is_public", true);
        json.WriteString("kind", kind);
        json.WriteString("table", table);
        json.WriteBoolean("invalid", invalid);
        json.WriteString("segment_ql", ql);
        json.WriteStartArray("tags");
        foreach (var tag in tags)
        {
            json.WriteStringValue(tag);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
