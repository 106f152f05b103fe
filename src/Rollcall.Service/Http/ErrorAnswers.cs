using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Rollcall.Model;
using Rollcall.Operations;

namespace Rollcall.Service.Http;

/// <summary>Turns what a handler throws into an answer. A stack trace goes to the log alone.</summary>
internal static partial class ErrorAnswers
{
    public static void UseErrorAnswers(this WebApplication app) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context);
        }
        catch (Exception fault) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            await AnswerAsync(context, fault, app.Logger);
        }
    });

    private static Task AnswerAsync(HttpContext context, Exception fault, ILogger log)
    {
        switch (fault)
        {
            case RollcallException stop:
                var (status, problems) = Answers.Of(stop);
                return Answers.ErrorAsync(context, status, problems);

            case VersionConflictException conflict:
                return Answers.ErrorAsync(context, StatusCodes.Status412PreconditionFailed, "version_conflict", conflict.Message,
                    "Read it again, and repeat the change.");

            case NotFoundException:
                return Answers.ErrorAsync(context, StatusCodes.Status404NotFound, "not_found", fault.Message);

            case ForbiddenException:
                return Answers.ErrorAsync(context, StatusCodes.Status403Forbidden, "forbidden", fault.Message, "Ask an administrator.");

            case PreconditionException:
                return Answers.ErrorAsync(context, StatusCodes.Status428PreconditionRequired, "precondition_required", fault.Message);

            case BadHttpRequestException bad when bad.StatusCode == StatusCodes.Status413PayloadTooLarge:
                return Answers.ErrorAsync(context, bad.StatusCode, "too_large", "The body is too large.");

            case BadHttpRequestException or JsonException:
                return Answers.ErrorAsync(context, StatusCodes.Status400BadRequest, "bad_request", Words(fault));

            default:
                Unexpected(log, fault, RequestId.Of(context));
                return Answers.ErrorAsync(context, StatusCodes.Status500InternalServerError, "failed", "Rollcall met an error that it did not expect.",
                    "See the service's log for the request's id.");
        }
    }

    private static string Words(Exception fault) => (fault as JsonException ?? fault.InnerException as JsonException) switch
    {
        null => "The request cannot be read.",
        { Path: { Length: > 0 } path } => $"The body is no JSON that this path takes, at {path}.",
        _ => "The body is no JSON.",
    };

    [LoggerMessage(LogLevel.Error, "The request {RequestId} met an error that was not expected.")]
    private static partial void Unexpected(ILogger log, Exception fault, string requestId);
}
