using System.Text;

namespace Rollcall.Tests.Simulators;

/// <summary>Bodies that no service should trip over.</summary>
internal static class Nonsense
{
    /// <summary>What is not even JSON.</summary>
    public static IEnumerable<(string Name, byte[] Body)> Malformed =>
    [
        ("bad UTF-8", [(byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':', (byte)'1', (byte)'}']),
        ("bad UTF-8 alone", [0xFF, 0xFE, 0x00]),
        ("zero bytes", new byte[16]),
        ("an open object", "{"u8.ToArray()),
        ("an open text", "\"a"u8.ToArray()),
        ("a comma too many", "[1,]"u8.ToArray()),
        ("two values", "{} {}"u8.ToArray()),
        ("a comment", "/* */ {}"u8.ToArray()),
        ("UTF-16", Encoding.Unicode.GetBytes("{\"email\":\"a@example.com\"}")),
        ("a form", "email=a%40example.com"u8.ToArray()),
        ("deep arrays", Encoding.ASCII.GetBytes(new string('[', 20_000))),
        ("deep arrays that close", Encoding.ASCII.GetBytes(new string('[', 5_000) + new string(']', 5_000))),
        ("deep objects", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"contacts\":", 5_000)) + "1" + new string('}', 5_000))),
        ("half a pair", "{\"mergeOption\":\"\\ud800\",\"a\":\"\\ud800\"}"u8.ToArray()),
        ("half a pair in a name", "{\"\\udc00\":{\"\\udc00\":1}}"u8.ToArray()),
    ];

    /// <summary>Valid characters of a path or a query, percent-encoded.</summary>
    public static IReadOnlyList<string> Parameters { get; } =
    [
        "-1", "1.5", "1e9", "99999999999999999999999", "%FF%FE", "%ED%A0%80", "%", "%zz", "[]", "%F0%9F%98%80", "a%2Fb",
        "0001-01-01T00%3A00%3A00%2B14%3A00", "9999-12-31T23%3A59%3A59Z", new string('x', 4000),
    ];

    /// <summary>JSON whose values are of every kind but the right one, at the places of <paramref name="names"/>.</summary>
    public static IEnumerable<(string Name, byte[] Body)> Mistyped(params IEnumerable<string> names)
    {
        string[] values =
        [
            "null", "true", "7", "-1", "1.5", "1e999", "-1e-999", new string('9', 400), "\"\"", "\"\\u0000\"", "\"" + new string('x', 70_000) + "\"",
            "[]", "[null]", "[[]]", "[1e999]", "[{}]", "{}", "{\"a\":null}", "{\"a\":{\"a\":[{\"a\":[]}]}}",
        ];
        foreach (var value in values)
        {
            yield return (value[..Math.Min(value.Length, 20)], Encoding.UTF8.GetBytes(value));
        }

        foreach (var name in names)
        {
            foreach (var value in values)
            {
                yield return ($"{name}: {value[..Math.Min(value.Length, 20)]}", Encoding.UTF8.GetBytes($$"""{"{{name}}":{{value}}}"""));
            }
        }
    }
}
