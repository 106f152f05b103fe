namespace Rollcall.Simulators.Http;

/// <summary>Refusals in the envelopes of the two frameworks.</summary>
internal static class Refuse
{
    public static RefusalException V2(int status, string code, string words) => new(V2Reply(status, $"{words} {code}"));

    public static RefusalException Contacts(int status, string code, string description, params (string Item, string Description)[] details) =>
        new(V3Reply(status, "contacts:" + code, description, details));

    public static RefusalException Insight(int status, string code, string description, params (string Item, string Description)[] details) =>
        new(V3Reply(status, "insightData:" + code, description, details));

    public static RefusalException With(Framework framework, int status, string v2Code, string v3Code, string words) =>
        new(ReplyWith(framework, status, v2Code, v3Code, words));

    public static Reply ReplyWith(Framework framework, int status, string v2Code, string v3Code, string words) => framework switch
    {
        Framework.V2 => V2Reply(status, $"{words} {v2Code}".TrimEnd()),
        Framework.Contacts => V3Reply(status, "contacts:" + v3Code, words, []),
        _ => V3Reply(status, "insightData:" + v3Code, words, []),
    };

    private static Reply V2Reply(int status, string message) => Reply.Json(status,
    json => {
        json.WriteStartObject();
        json.WriteString("message", message);
        json.WriteEndObject();
    });

    private static Reply V3Reply(int status, string code, string description, (string Item, string Description)[] details) =>
        Reply.Json(status,
        json => {
            json.WriteStartObject();
            json.WriteString("errorCode", code);
            json.WriteString("description", description);
            if (details.Length > 0)
            {
                json.WriteStartArray("details");
                foreach (var (item, why) in details)
                {
                    json.WriteStartObject();
                    json.WriteString("item", item);
                    json.WriteString("description", why);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        });
}
