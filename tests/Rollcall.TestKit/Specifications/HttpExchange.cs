using System.Text;

namespace Rollcall.TestKit.Specifications;

/// <summary>One request and its response, as they were on the wire.</summary>
/// <param name="Method">GET, PUT, ...</param>
/// <param name="Target">Path and query, percent-encoded, such as <c>/v2/address-books?select=1000</c>.</param>
/// <param name="RequestHeaders">Header names, in any case, and values.</param>
/// <param name="RequestBody">The body; empty when there was none.</param>
/// <param name="Status">The status code.</param>
/// <param name="ResponseHeaders">Header names, in any case, and values.</param>
/// <param name="ResponseBody">The body; empty when there was none.</param>
public sealed record HttpExchange(
    string Method,
    string Target,
    IReadOnlyDictionary<string, string> RequestHeaders,
    string RequestBody,
    int Status,
    IReadOnlyDictionary<string, string> ResponseHeaders,
    string ResponseBody)
{
    /// <summary>The status of a call whose connection broke before the answer.</summary>
    public const int NoAnswer = 0;

    /// <summary>The path, percent-encoded.</summary>
    public string Path => Target.Split('?', 2)[0];

    /// <summary>The query, percent-encoded, without the question mark; empty when there is none.</summary>
    public string Query => Target.Split('?', 2).ElementAtOrDefault(1) ?? "";

    /// <summary>Short enough for a failing test's first line.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"{Method} {Target} -> {Status}");
        Append("request ", RequestBody);
        Append("response", ResponseBody);
        return text.ToString();

        void Append(string what, string body)
        {
            if (body.Length > 0)
            {
                text.Append("\n  ").Append(what).Append(' ').Append(body.Length <= 400 ? body : body[..400] + "...");
            }
        }
    }
}
