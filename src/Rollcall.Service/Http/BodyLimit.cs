using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace Rollcall.Service.Http;

/// <summary>How large a body may be: 1 MB, unless the endpoint says otherwise, and 20 MB in any case.</summary>
internal static class BodyLimit
{
    public const long Most = 20 * 1024 * 1024;

    public const long Usual = 1024 * 1024;

    public static void UseBodyLimit(this WebApplication app) => app.Use((context, next) =>
    {
        var asked = context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize;
        var limit = Math.Min(asked ?? Usual, Most);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
        {
            body.MaxRequestBodySize = limit;
        }

        // Not read at all, where it says itself that it is too large.
        return context.Request.ContentLength > limit
            ? Answers.ErrorAsync(context, StatusCodes.Status413PayloadTooLarge, "too_large", $"The body is larger than {limit / (1024 * 1024)} MB.")
            : next(context);
    });
}
