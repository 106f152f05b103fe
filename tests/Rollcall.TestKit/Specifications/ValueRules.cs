using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rollcall.TestKit.Specifications;

/// <summary>What a schema says about a value itself, without other schemas that apply and without the value's content.</summary>
internal static class ValueRules
{
    private static readonly ConcurrentDictionary<string, Regex> Patterns = new();

    /// <summary>The type, the words, the format and the limits that a schema sets for a value itself.</summary>
    public static void Check(JsonElement schema, JsonElement value, string where, List<string> violations)
    {
        if (schema.TryGetProperty("type", out var type) && !HasType(value, type.GetString()!))
        {
            violations.Add($"{where}: {Shown(value)} is no {type}");
            return;
        }

        if (schema.TryGetProperty("enum", out var words) && !words.EnumerateArray().Any(word => JsonElement.DeepEquals(word, value)))
        {
            violations.Add($"{where}: {Shown(value)} is none of {Shown(words)}");
        }

        if (schema.TryGetProperty("format", out var format) && (IsNumber(value) || IsText(value)) && !ValueFormats.Fits(value, format.GetString()!))
        {
            violations.Add($"{where}: {Shown(value)} is no {format}");
        }

        if (IsNumber(value))
        {
            CheckNumber(schema, value, where, violations);
        }
        else if (IsText(value))
        {
            CheckText(schema, value, where, violations);
        }
    }

    /// <summary>The least and the most of something that is counted.</summary>
    public static void Bounds(JsonElement schema, string least, string most, int count, string of, string where, List<string> violations)
    {
        if (schema.TryGetProperty(least, out var minimum) && count < minimum.GetInt32())
        {
            violations.Add($"{where}: {count} {of}, at least {minimum} are asked");
        }

        if (schema.TryGetProperty(most, out var maximum) && count > maximum.GetInt32())
        {
            violations.Add($"{where}: {count} {of}, at most {maximum} are allowed");
        }
    }

    /// <summary>A value as it is shown in a violation: its beginning, if it is long.</summary>
    public static string Shown(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 80 ? text : text[..80] + "...";
    }

    private static bool IsNumber(JsonElement value) => value.ValueKind == JsonValueKind.Number;

    private static bool IsText(JsonElement value) => value.ValueKind == JsonValueKind.String;

    private static bool HasType(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => IsText(value),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "number" => IsNumber(value),
        "integer" => IsNumber(value) && value.TryGetDecimal(out var number) && number == decimal.Truncate(number),
        _ => throw new NotSupportedException($"The specification names the type '{type}', which the validator does not know."),
    };

    private static void CheckNumber(JsonElement schema, JsonElement value, string where, List<string> violations)
    {
        var number = value.GetDecimal();
        Limit("minimum", limit => number < limit, "below");
        Limit("maximum", limit => number > limit, "above");
        if (schema.TryGetProperty("multipleOf", out var factor) && number % factor.GetDecimal() != 0)
        {
            violations.Add($"{where}: {number} is no multiple of {factor}");
        }

        void Limit(string keyword, Func<decimal, bool> breaks, string word)
        {
            if (!schema.TryGetProperty(keyword, out var limit))
            {
                return;
            }

            var exclusive = schema.TryGetProperty("exclusive" + char.ToUpperInvariant(keyword[0]) + keyword[1..], out var flag) && flag.GetBoolean();
            if (breaks(limit.GetDecimal()) || (exclusive && number == limit.GetDecimal()))
            {
                violations.Add($"{where}: {number} is {word} {limit}");
            }
        }
    }

    private static void CheckText(JsonElement schema, JsonElement value, string where, List<string> violations)
    {
        var text = value.GetString()!;
        var length = new StringInfo(text).LengthInTextElements;
        Bounds(schema, "minLength", "maxLength", length, "characters", where, violations);
        if (schema.TryGetProperty("pattern", out var pattern)
            && !Patterns.GetOrAdd(pattern.GetString()!, static text => new Regex(KnownDefects.Pattern(text), RegexOptions.ECMAScript)).IsMatch(text))
        {
            violations.Add($"{where}: {Shown(value)} does not match {pattern}");
        }
    }
}
