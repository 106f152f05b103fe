using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Model;

/// <summary>
/// What this process knows and must not show: passwords, tokens, values of <c>${NAME}</c>. Whatever leaves the process is masked where it leaves (output,
/// logs, run history), because others' words may repeat a secret: a server's error, a database's, an option typed in the wrong place.
/// </summary>
public static class Secrets
{
    /// <summary>A shorter text would be found in ordinary words.</summary>
    public const int Shortest = 5;

    /// <summary>Of letters alone, a shorter text is an ordinary word itself.</summary>
    private const int ShortestWord = 8;

    private const string Mark = "***";

    /// <summary>Words of Rollcall's own messages: masked, they would hide what is wrong, and nothing else.</summary>
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase) { "rollcall", "password", "token", "secret", "dotdigital", "lytics" };

    private static ImmutableArray<string> _known = [];

    /// <summary>Keeps a text from being shown, in each of the ways it may be written: as it is, in JSON, in a URL, in Base64.</summary>
    /// <returns>The text.</returns>
    public static string Keep(string secret)
    {
        if (IsOrdinary(secret))
        {
            return secret;
        }

        string[] ways = [secret, JsonEncodedText.Encode(secret).ToString(),
            JsonEncodedText.Encode(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(), Uri.EscapeDataString(secret),
            Convert.ToBase64String(Encoding.UTF8.GetBytes(secret))];

        // The longest first: what is part of another must not leave the rest of it.
        ImmutableInterlocked.Update(ref _known,
            (was, add) => add.All(was.Contains) ? was : [.. was.Union(add).OrderByDescending(one => one.Length).ThenBy(one => one, StringComparer.Ordinal)],
            ways);
        return secret;
    }

    /// <summary>A JSON document with every secret masked in its texts. Numbers and names stay: it goes on being JSON of the same shape.</summary>
    public static string MaskJson(string json, JsonSerializerOptions options) =>
        Mask(json) == json ? json : JsonNode.Parse(json) is { } document ? Masked(document)!.ToJsonString(options) : json;

    private static JsonNode? Masked(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Masked(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Masked)]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => JsonValue.Create(Mask(value.GetValue<string>())),
        _ => node?.DeepClone(),
    };

    private static bool IsOrdinary(string text) =>
        text.Length < Shortest || (text.Length < ShortestWord && text.All(char.IsAsciiLetter)) || Words.Contains(text);

    /// <summary>The text with every secret masked.</summary>
    public static string Mask(string text)
    {
        foreach (var secret in _known)
        {
            if (text.Contains(secret, StringComparison.Ordinal))
            {
                text = text.Replace(secret, Mark, StringComparison.Ordinal);
            }
        }

        return text;
    }
}
