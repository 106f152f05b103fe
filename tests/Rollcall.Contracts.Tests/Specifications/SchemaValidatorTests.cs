using System.Text.Json;
using Rollcall.TestKit.Specifications;
using Xunit;

namespace Rollcall.Contracts.Tests.Specifications;

/// <summary>Each row: a schema, a valid value, an invalid one, and part of the error message.</summary>
public sealed class SchemaValidatorTests
{
    [Theory]
    [InlineData("""{"type":"integer"}""", "1", "1.5", "integer")]
    [InlineData("""{"type":"integer"}""", "1.0", "\"1\"", "integer")]
    [InlineData("""{"type":"number"}""", "1.5", "true", "number")]
    [InlineData("""{"type":"boolean"}""", "false", "0", "boolean")]
    [InlineData("""{"type":"string"}""", "\"\"", "null", "string")]
    [InlineData("""{"type":"object"}""", "{}", "[]", "object")]
    [InlineData("""{"type":"array"}""", "[]", "{}", "array")]
    [InlineData("""{"type":"string","nullable":true}""", "null", "0", "string")]
    [InlineData("""{"nullable":true,"oneOf":[{"type":"string"}]}""", "null", "0", "matches 0")]
    [InlineData("""{"enum":["a","b"]}""", "\"b\"", "\"B\"", "none of")]
    [InlineData("""{"type":"string","minLength":1}""", "\"a\"", "\"\"", "at least")]
    [InlineData("""{"type":"string","maxLength":2}""", "\"ab\"", "\"abc\"", "at most")]
    [InlineData("""{"type":"string","pattern":"^a+$"}""", "\"aa\"", "\"ab\"", "match")]
    [InlineData("""{"type":"integer","minimum":0}""", "0", "-1", "below")]
    [InlineData("""{"type":"integer","maximum":5000}""", "5000", "5001", "above")]
    [InlineData("""{"type":"integer","maximum":5,"exclusiveMaximum":true}""", "4", "5", "above")]
    [InlineData("""{"type":"integer","multipleOf":5}""", "10", "11", "multiple")]
    [InlineData("""{"type":"integer","format":"int32"}""", "2147483647", "2147483648", "int32")]
    [InlineData("""{"type":"integer","format":"int64"}""", "2147483648", "9223372036854775808", "int64")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2026-01-02T03:04:05.678Z\"", "\"2026-01-02 03:04:05+00:00\"", "date-time")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2026-01-02T03:04:05+01:00\"", "\"2026-13-02T03:04:05Z\"", "date-time")]
    [InlineData("""{"type":"string","format":"guid"}""", "\"13e7b388-2060-4f58-b3dc-2885badf80ee\"", "\"13e7b388\"", "guid")]
    [InlineData("""{"type":"string","format":"uri"}""", "\"https://example.com/a\"", "\"a\"", "uri")]
    [InlineData("""{"type":"string","format":"ipv4"}""", "\"127.0.0.1\"", "\"::1\"", "ipv4")]
    [InlineData("""{"type":"array","items":{"type":"integer"}}""", "[1]", "[1,\"2\"]", "$[1]")]
    [InlineData("""{"type":"array","minItems":1}""", "[1]", "[]", "at least")]
    [InlineData("""{"type":"array","maxItems":1}""", "[1]", "[1,2]", "at most")]
    [InlineData("""{"type":"array","uniqueItems":true}""", "[1,2]", "[1,1]", "twice")]
    [InlineData("""{"type":"object","required":["a"]}""", """{"a":1}""", "{}", "missing")]
    [InlineData("""{"type":"object","minProperties":1}""", """{"a":1}""", "{}", "at least")]
    [InlineData("""{"type":"object","additionalProperties":false,"properties":{"a":{}}}""", """{"a":1}""", """{"b":1}""", "not allowed")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"}}""", """{"a":"b"}""", """{"a":1}""", "$.a")]
    [InlineData(
        """{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"string"}}}}}""",
        """{"a":{"b":"c"}}""",
        """{"a":{"b":1}}""",
        "$.a.b")]
    [InlineData("""{"$ref":"#/components/schemas/text"}""", "\"a\"", "1", "string")]
    [InlineData("""{"allOf":[{"type":"string"},{"maxLength":1}]}""", "\"a\"", "\"ab\"", "at most")]
    [InlineData("""{"oneOf":[{"type":"string"},{"maxLength":1}]}""", "\"ab\"", "\"a\"", "matches 2")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"integer"}]}""", "1", "true", "none of the shapes")]
    [InlineData("""{"not":{"type":"string"}}""", "1", "\"a\"", "must not")]
    public void A_schema_lets_its_own_through_and_nothing_else(string schema, string keeps, string breaks, string complaint)
    {
        Assert.Empty(Validate(schema, keeps));
        Assert.Contains(complaint, string.Join('\n', Validate(schema, breaks)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"properties":{"a":{}}}""", """{"a":1}""", """{"a":1,"b":2}""")]
    [InlineData("""{"allOf":[{"properties":{"a":{}}},{"properties":{"b":{}}}]}""", """{"a":1,"b":2}""", """{"a":1,"c":2}""")]
    [InlineData(
        """{"allOf":[{"properties":{"a":{"properties":{"b":{}}}}},{"properties":{"a":{"properties":{"c":{}}}}}]}""",
        """{"a":{"b":1,"c":2}}""",
        """{"a":{"b":1,"d":2}}""")]
    [InlineData("""{"items":{"properties":{"a":{}}}}""", """[{"a":1}]""", """[{"b":1}]""")]
    [InlineData("""{"oneOf":[{"required":["a"],"properties":{"a":{}}},{"required":["b"],"properties":{"b":{}}}]}""", """{"b":1}""", """{"a":1,"c":1}""")]
    public void A_property_that_no_schema_mentions_is_a_violation(string schema, string keeps, string breaks)
    {
        Assert.Empty(Validate(schema, keeps));
        Assert.Contains("not in the specification", string.Join('\n', Validate(schema, breaks)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"object"}""")]
    [InlineData("""{"properties":{"b":{}},"additionalProperties":true}""")]
    [InlineData("""{"properties":{"b":{}},"additionalProperties":{"type":"integer"}}""")]
    public void An_open_schema_takes_any_property(string schema) => Assert.Empty(Validate(schema, """{"a":1}"""));

    [Fact]
    public void A_property_given_twice_is_a_violation() =>
        Assert.Contains("twice", Assert.Single(Validate("{}", """{"a":1,"a":2}""")), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"propertyNames":{}}""")]
    [InlineData("""{"type":"text"}""")]
    [InlineData("""{"type":"string","format":"hostname"}""")]
    public void What_the_validator_does_not_know_stops_the_test(string schema) =>
        Assert.Throws<NotSupportedException>(() => Validate(schema, "\"a\""));

    private static IReadOnlyList<string> Validate(string schema, string value)
    {
        var document = JsonSerializer.Deserialize<JsonElement>("""{"components":{"schemas":{"text":{"type":"string"}}}}""");
        return new SchemaValidator(document).Validate(
            JsonSerializer.Deserialize<JsonElement>(schema), JsonSerializer.Deserialize<JsonElement>(value));
    }
}
