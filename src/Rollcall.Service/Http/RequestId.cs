using Microsoft.AspNetCore.Http;

namespace Rollcall.Service.Http;

/// <summary>The id of a request, which every answer has, so that a question about it can be answered from the log.</summary>
internal static class RequestId
{
    public const string Header = "X-Request-Id";

    public static string Of(HttpContext context) => (string)context.Items[typeof(RequestId)]!;

    public static void Give(HttpContext context)
    {
        var id = Guid.NewGuid().ToString("N");
        context.Items[typeof(RequestId)] = id;
        context.Response.Headers[Header] = id;
    }
}
