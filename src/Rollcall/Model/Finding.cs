using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rollcall.Model;

/// <summary>One thing that a run found and its user should know. Words are put to it by those who show it.</summary>
/// <param name="Code">What it is: a name of <see cref="Findings"/>. Its spelling is part of the contract.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Arguments">By name: texts, whole numbers, booleans, and lists of them.</param>
/// <param name="LeavesWork">Whether something that was wanted is left to a later run.</param>
public sealed record Finding(
    string Code,
    Severity Severity,
    [property: JsonConverter(typeof(FindingArguments))] IReadOnlyDictionary<string, object?> Arguments,
    bool LeavesWork = false)
{
    /// <summary>The same with its texts replaced.</summary>
    public Finding WithTexts(Func<string, string> replaced)
    {
        return this with { Arguments = new OrderedDictionary<string, object?>(Arguments.Select(one => KeyValuePair.Create(one.Key, Of(one.Value)))) };

        object? Of(object? value) => value switch
        {
            string text => replaced(text),
            IReadOnlyList<object?> list => (object?[])[.. list.Select(Of)],
            _ => value,
        };
    }

    /// <summary>Whether both say the same.</summary>
    public bool Equals(Finding? other) => other is not null && (Severity, LeavesWork) == (other.Severity, other.LeavesWork) && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>Code and arguments: <c>FieldVanished {"field":"SPEND"}</c>.</summary>
    public override string ToString() => $"{Code} {FindingArguments.Text(Arguments)}";
}

/// <summary>Arguments of a finding as a JSON object, and back.</summary>
public sealed class FindingArguments : JsonConverter<IReadOnlyDictionary<string, object?>>
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static string Text(IReadOnlyDictionary<string, object?> arguments)
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, Readable))
        {
            Write(writer, arguments);
        }

        return System.Text.Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, object?> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return new OrderedDictionary<string, object?>(document.RootElement.EnumerateObject().Select(one => KeyValuePair.Create(one.Name, Value(one.Value))));
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, object?> value, JsonSerializerOptions options) => Write(writer, value);

    private static void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, object?> arguments)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in arguments)
        {
            writer.WritePropertyName(name);
            Write(writer, value);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case bool truth:
                writer.WriteBooleanValue(truth);
                break;
            case IReadOnlyList<object?> list:
                writer.WriteStartArray();
                foreach (var item in list)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                throw new NotSupportedException($"A finding has no arguments of type {value.GetType()}.");
        }
    }

    private static object? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True or JsonValueKind.False => value.GetBoolean(),
        JsonValueKind.Array => (object?[])[.. value.EnumerateArray().Select(Value)],
        JsonValueKind.Number when value.TryGetInt64(out var number) => number,
        JsonValueKind.Null => null,
        _ => value.GetRawText(),
    };
}
