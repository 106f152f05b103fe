using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Service.Access;
using Rollcall.Service.Http;
using Rollcall.Service.Jobs;

namespace Rollcall.Service.Api;

/// <summary>Runs: their results, their progress while they go on, and what they did not deliver.</summary>
internal static class RunsApi
{
    private const int MostItems = 1_000;

    public static void MapRuns(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/jobs/{tag}/runs", List).WithName("runs.list").WithTags("runs");
        app.MapGet("/api/v1/jobs/{tag}/failures", Failures).WithName("runs.failures").WithTags("runs");
        app.MapGet("/api/v1/jobs/{tag}/failures.csv", FailuresCsvAsync).WithName("runs.failures.csv").WithTags("runs");
        app.MapGet("/api/v1/runs/{id}/events", Follow).WithName("runs.events").WithTags("runs");
    }

    /// <summary>A job's runs, newest first.</summary>
    private static IResult List(HttpContext context, string tag, StoredJobs jobs, ServiceOptions options, int limit = 20)
    {
        JobsApi.Find(jobs, tag);
        using var history = new History(options.Workplace.DataFolder);
        return Results.Json(
            history.Runs(tag, Math.Clamp(limit, 1, MostItems)).Select(run => People.Shown(run, Caller.Of(context))).ToList(), ResultJson.Options);
    }

    /// <summary>What the job's last run did not deliver, a page at a time.</summary>
    /// <param name="after">How many were seen already.</param>
    private static Page<Failure> Failures(string tag, StoredJobs jobs, ServiceOptions options, CancellationToken cancellation, int after = 0, int limit = 100)
    {
        JobsApi.Find(jobs, tag);
        limit = Math.Clamp(limit, 1, MostItems);
        using var history = new History(options.Workplace.DataFolder);
        var page = history.Failures(tag, cancellation).Skip(Math.Max(0, after)).Take(limit + 1).ToList();
        return new Page<Failure>([.. page.Take(limit)], page.Count > limit ? (after + limit).ToString(CultureInfo.InvariantCulture) : null);
    }

    /// <summary>The same as CSV, all of it. A value that a spreadsheet would take for a formula has an apostrophe in front.</summary>
    private static async Task FailuresCsvAsync(HttpContext context, string tag, StoredJobs jobs, ServiceOptions options, CancellationToken cancellation)
    {
        JobsApi.Find(jobs, tag);
        context.Response.ContentType = "text/csv; charset=utf-8";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"failures-{tag}.csv\"";
        using var history = new History(options.Workplace.DataFolder);
        await using var writer = new StreamWriter(context.Response.Body, new UTF8Encoding(false));
        await writer.WriteAsync("email,audience,operation,code,reason,outcome,address_book_id\r\n");
        foreach (var one in history.Failures(tag, cancellation))
        {
            string?[] cells =
                [one.Email, one.Audience, one.Operation, one.Code, one.Reason, one.Outcome, one.AddressBookId?.ToString(CultureInfo.InvariantCulture)];
            await writer.WriteAsync(string.Join(',', cells.Select(Cell)) + "\r\n");
        }
    }

    /// <summary>The progress of a run of this service, from an event on, until its end.</summary>
    private static ServerSentEventsResult<string> Follow(HttpContext context, string id, RunFeed feed, CancellationToken cancellation)
    {
        if (!feed.Knows(id))
        {
            throw new NotFoundException($"No run {id} is under way here, or lately was.");
        }

        var after = long.TryParse(context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : 0;
        return TypedResults.ServerSentEvents(EventsAsync(feed, id, after, cancellation));
    }

    private static async IAsyncEnumerable<SseItem<string>> EventsAsync(
        RunFeed feed, string id, long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var one in feed.FollowAsync(id, after, cancellation))
        {
            var (data, kind) = one.Progress is { } progress
                ? (Secrets.Mask(JsonSerializer.Serialize(progress, ResultJson.Options)), "progress")
                : ("{}", "ended");
            yield return new SseItem<string>(data, kind) { EventId = one.No.ToString(CultureInfo.InvariantCulture) };
        }
    }

    private static string Cell(string? value)
    {
        var text = value is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + value : value ?? "";
        return text.IndexOfAny([',', '"', '\r', '\n']) < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
