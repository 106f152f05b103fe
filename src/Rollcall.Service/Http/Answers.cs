using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Model;

namespace Rollcall.Service.Http;

/// <summary>One problem of an error answer.</summary>
/// <param name="Code">A word for programs, such as <c>bad_job</c>.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Where">Where; null for nowhere in particular.</param>
/// <param name="Todo">What to do; null when the message says it.</param>
public sealed record ApiProblem(string Code, string Message, string? Where, string? Todo);

/// <summary>An error answer of <c>/api/v1</c>.</summary>
/// <param name="Error">The first problem.</param>
/// <param name="Problems">All of them.</param>
/// <param name="RequestId">The request's id.</param>
public sealed record ApiErrorAnswer(ApiProblem Error, IReadOnlyList<ApiProblem> Problems, string RequestId);

/// <summary>Writes error answers, in the form that the path's clients know. Nothing in them is a secret.</summary>
internal static class Answers
{
    /// <summary>Whether the path is one of Lytics' job API.</summary>
    public static bool IsLytics(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/v2", StringComparison.OrdinalIgnoreCase)
        || context.Request.Path.StartsWithSegments("/api/segment", StringComparison.OrdinalIgnoreCase);

    public static Task ErrorAsync(HttpContext context, int status, string code, string message, string? todo = null) =>
        ErrorAsync(context, status, [new ApiProblem(code, message, null, todo)]);

    public static Task ErrorAsync(HttpContext context, int status, IReadOnlyList<ApiProblem> problems)
    {
        context.Response.StatusCode = status;
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        problems = [.. problems.Select(one => one with { Message = Shown(one.Message), Where = one.Where is null ? null : Shown(one.Where) })];

        // Every 401 of Lytics, and every answer of its older paths, is this short.
        object body = !IsLytics(context) ? new ApiErrorAnswer(problems[0], problems, RequestId.Of(context))
            : status == StatusCodes.Status401Unauthorized || !context.Request.Path.StartsWithSegments("/v2", StringComparison.OrdinalIgnoreCase)
                ? new { status, message = problems[0].Message }
                : new
                {
                    status,
                    errors = problems.Select(one => new { one.Code, level = "error", message = Whole(one), timestamp = now }),
                    request_id = RequestId.Of(context),
                };
        return context.Response.WriteAsJsonAsync(body, ResultJson.Options, context.RequestAborted);
    }

    /// <summary>What an exception of the engine is over HTTP.</summary>
    public static (int Status, IReadOnlyList<ApiProblem> Problems) Of(RollcallException stop)
    {
        var (status, code) = stop.ExitCode switch
        {
            ExitCode.BadJob => (StatusCodes.Status400BadRequest, "bad_job"),
            ExitCode.Source => (StatusCodes.Status502BadGateway, "source"),
            ExitCode.Dotdigital => (StatusCodes.Status502BadGateway, "dotdigital"),
            ExitCode.Guard => (StatusCodes.Status409Conflict, "guard"),
            ExitCode.Busy => (StatusCodes.Status409Conflict, "busy"),
            _ => (StatusCodes.Status500InternalServerError, "failed"),
        };
        return (status, [.. stop.Problems.Select(one => new ApiProblem(code, one.Message, one.Where, one.Todo))]);
    }

    private static string Whole(ApiProblem problem) =>
        (problem.Where is null ? "" : problem.Where + ": ") + problem.Message + (problem.Todo is null ? "" : " " + problem.Todo);

    private static string Shown(string text) => Secrets.Mask(text);
}
