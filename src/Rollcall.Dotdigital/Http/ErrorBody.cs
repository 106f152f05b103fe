using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rollcall.Dotdigital;

/// <summary>The body of an error: v2's message with an ERROR_ token in it, v3's errorCode and details, or anything else as text.</summary>
/// <param name="Code">The code; null when there is none.</param>
/// <param name="Text">What it says.</param>
/// <param name="Details">v3's items.</param>
internal sealed partial record ErrorBody(string? Code, string Text, IReadOnlyList<ErrorDetail> Details)
{
    /// <summary>How much of an error's body is read.</summary>
    public const int MostBytes = 64 * 1024;

    public bool Is(string code) => string.Equals(Code, code, StringComparison.OrdinalIgnoreCase);

    public static ErrorBody Read(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return new(null, "", []);
        }

        try
        {
            var wire = JsonSerializer.Deserialize(body, DotdigitalWire.Default.WireError);
            if (wire is { ErrorCode: { Length: > 0 } code })
            {
                return new(code, wire.Description ?? "", DetailsOf(wire));
            }

            if (wire is { Message: { } message })
            {
                return new(TokenIn(message), message, []);
            }
        }
        catch (JsonException)
        {
            // A proxy's page, or a truncated body: use the available text.
        }

        var text = Encoding.UTF8.GetString(body);
        var token = TokenIn(text);
        return new(token, token is null && text.Contains('<', StringComparison.Ordinal) ? "" : text, []);
    }

    private static List<ErrorDetail> DetailsOf(WireError wire)
    {
        var details = new List<ErrorDetail>(wire.Details?.Length ?? 0);
        foreach (var detail in wire.Details ?? [])
        {
            // The documentation's example spells the description "error".
            details.Add(new ErrorDetail(detail.Item ?? "", detail.Description ?? detail.Error ?? ""));
        }

        return details;
    }

    private static string? TokenIn(string text) => Token().Match(text) is { Success: true } match ? match.Value : null;

    [GeneratedRegex("ERROR_[A-Z0-9_]+")]
    private static partial Regex Token();
}
