using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Service.Access;
using Rollcall.Service.Http;
using Rollcall.Service.Jobs;

namespace Rollcall.Service.Api;

/// <summary><c>/api/v1/jobs</c>: stored jobs, their versions, verbs and logs.</summary>
internal static class JobsApi
{
    private const int MostItems = 500;

    private static readonly string[] _guards = ["exits", "enters", "mails", "moves", "empty", "rejects", "missing", "deleted", "optouts", "watchdog"];

    public static void MapJobs(this IEndpointRouteBuilder app)
    {
        var jobs = app.MapGroup("/api/v1/jobs").WithTags("jobs");
        jobs.MapGet("/", List).WithName("jobs.list");
        jobs.MapPost("/", Create).WithName("jobs.create");
        jobs.MapGet("/{tag}", Get).WithName("jobs.get");
        jobs.MapPut("/{tag}", Put).WithName("jobs.update");
        jobs.MapGet("/{tag}/versions", Versions).WithName("jobs.versions");
        jobs.MapGet("/{tag}/versions/{number:long}", Version).WithName("jobs.version");
        jobs.MapGet("/{tag}/log", Log).WithName("jobs.log");
        jobs.MapPost("/{tag}/pause", Verb((all, tag, by) => all.Pause(tag, by))).WithName("jobs.pause");
        jobs.MapPost("/{tag}/resume", Verb((all, tag, by) => all.Resume(tag, by))).WithName("jobs.resume");
        jobs.MapPost("/{tag}/bounce", Verb((all, tag, by) => all.Bounce(tag, by))).WithName("jobs.bounce");
        jobs.MapPost("/{tag}/kill", Verb((all, tag, by) => all.Kill(tag, by))).WithName("jobs.kill");
        jobs.MapPost("/{tag}/runs", Start).WithName("jobs.run");
        jobs.MapPost("/{tag}/check", CheckAsync).WithName("jobs.check");
        jobs.MapPost("/{tag}/plan", PlanAsync).WithName("jobs.plan");
    }

    /// <summary>The stored jobs, by tag.</summary>
    private static Page<JobAnswer> List(StoredJobs jobs, string? status = null, bool killed = false, string? after = null, int limit = 100)
    {
        limit = Math.Clamp(limit, 1, MostItems);
        var found = jobs.All(killed)
            .Where(job => (after is null || string.CompareOrdinal(job.Tag, after) > 0) && (status is null || JobLife.Status(job) == status))
            .OrderBy(job => job.Tag, StringComparer.Ordinal).Take(limit + 1).ToList();
        return new Page<JobAnswer>([.. found.Take(limit).Select(JobAnswer.Of)], found.Count > limit ? found[limit - 1].Tag : null);
    }

    /// <summary>Stores a job that is new.</summary>
    private static IResult Create(HttpContext context, JobBody body, HttpJobs http, StoredJobs jobs, Supervisor supervisor)
    {
        var saved = http.Save(body.File, Caller.Of(context), JobDoor.Http, expected: 0, body.Paused);
        supervisor.Nudge();
        return Results.Json(Whole(context, jobs, saved.Job), ResultJson.Options, statusCode: StatusCodes.Status201Created);
    }

    private static JobAnswer Get(HttpContext context, string tag, StoredJobs jobs) => Whole(context, jobs, Find(jobs, tag));

    /// <summary>Gives a job a new version. <c>If-Match</c> must name the version that it replaces.</summary>
    private static JobAnswer Put(HttpContext context, string tag, JobBody body, HttpJobs http, StoredJobs jobs, Supervisor supervisor)
    {
        Find(jobs, tag);
        var saved = http.Save(body.File, Caller.Of(context), JobDoor.Http, Expected(context), paused: false, tag: tag);
        supervisor.Nudge();
        return Whole(context, jobs, saved.Job);
    }

    private static IReadOnlyList<VersionAnswer> Versions(string tag, StoredJobs jobs) => [.. jobs.Versions(Find(jobs, tag).Tag).Select(VersionAnswer.Of)];

    private static VersionAnswer Version(string tag, long number, StoredJobs jobs) => jobs.Version(Find(jobs, tag).Tag, number) is { } version
        ? VersionAnswer.Of(version) with { File = version.Text }
        : throw new NotFoundException($"The job {tag} has no version {number}.");

    private static Page<LogAnswer> Log(string tag, StoredJobs jobs, long after = 0, int limit = 100)
    {
        limit = Math.Clamp(limit, 1, MostItems);
        var lines = jobs.LogOf(Find(jobs, tag).Tag, DateTimeOffset.MinValue, after, limit + 1);
        return new Page<LogAnswer>(
            [.. lines.Take(limit).Select(LogAnswer.Of)], lines.Count > limit ? lines[limit - 1].No.ToString(CultureInfo.InvariantCulture) : null);
    }

    private static Delegate Verb(Func<StoredJobs, string, string, StoredJob> verb) =>
        (HttpContext context, string tag, StoredJobs jobs, Supervisor supervisor) =>
        {
            Find(jobs, tag);
            var job = verb(jobs, tag, Caller.Of(context).Name);
            supervisor.Nudge();
            return Whole(context, jobs, job);
        };

    /// <summary>Starts a run.</summary>
    private static IResult Start(HttpContext context, string tag, RunBody? body, StoredJobs jobs, JobFiles files, Supervisor supervisor, TimeProvider clock)
    {
        var (caller, asked) = (Caller.Of(context), body ?? new RunBody());
        if (asked.Allow.FirstOrDefault(guard => !_guards.Contains(guard)) is { } unknown)
        {
            throw new RollcallException(ExitCode.BadJob, $"There is no guard \"{unknown}\".", "allow", $"Guards are: {string.Join(", ", _guards)}.");
        }

        if (asked.Limit < 1)
        {
            throw new RollcallException(ExitCode.BadJob, "A limit is greater than 0.", "limit");
        }

        if ((asked.Allow.Count > 0 || asked.Release.Count > 0) && !caller.ChangesConsent)
        {
            throw new ForbiddenException($"{caller.Name} may not pass a guard or release a book: that needs the right to change consent.");
        }

        var job = Find(jobs, tag);
        if (!asked.Now && files.Schedule(job)?.QuietUntil(clock.GetUtcNow()) is { } until)
        {
            throw new RollcallException(
                ExitCode.Guard,
                $"These are the job's quiet hours, until {until.ToString("HH:mm", CultureInfo.InvariantCulture)}.",
                "now",
                "Set now to insist.");
        }

        var started = jobs.Start(tag, new RunStart
        {
            By = caller.Name, Now = asked.Now, Allow = asked.Allow, Only = asked.Only, Limit = asked.Limit, Release = asked.Release, Verify = asked.Verify,
            Undelivered = asked.Undelivered,
        });
        supervisor.Nudge();
        return Results.Json(JobAnswer.Of(started), ResultJson.Options, statusCode: StatusCodes.Status202Accepted);
    }

    /// <summary>Everything that is wrong with the job, against its source and its account.</summary>
    private static async Task<IReadOnlyList<ApiFault>> CheckAsync(
        string tag, StoredJobs jobs, JobFiles files, ServiceOptions options, CancellationToken cancellation)
    {
        var problems = await JobCheck.RunAsync(files.Read(Find(jobs, tag)), options.Workplace, cancellation);
        return [.. problems.Select(one => new ApiFault(one.Message, one.Where, one.Todo))];
    }

    /// <summary>What a run would change and cost. Sends nothing.</summary>
    private static async Task<IResult> PlanAsync(
        HttpContext context, string tag, StoredJobs jobs, JobFiles files, ServiceOptions options, CancellationToken cancellation)
    {
        var plan = await ExportRun.PlanAsync(files.Read(Find(jobs, tag)), new RunOptions(), options.Workplace, cancellation);
        return People.Answer(plan, Caller.Of(context));
    }

    internal static StoredJob Find(StoredJobs jobs, string tag) =>
        jobs.Find(tag) ?? throw new NotFoundException($"There is no job {tag}.");

    private static JobAnswer Whole(HttpContext context, StoredJobs jobs, StoredJob job)
    {
        context.Response.Headers.ETag = $"\"{job.Version}\"";
        return JobAnswer.Of(job) with { File = jobs.Current(job).Text };
    }

    private static long Expected(HttpContext context) =>
        context.Request.Headers.IfMatch is [{ } match] && long.TryParse(match.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw new PreconditionException("The header If-Match must name the version that is replaced, as the job's ETag does.");
}
