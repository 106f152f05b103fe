using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Service.Http;
using Rollcall.Service.Jobs;

namespace Rollcall.Service.Api;

/// <summary><c>/api/v1/people</c>: one person over all jobs. The address stands in the body, since addresses of requests end in logs.</summary>
internal static class PeopleApi
{
    public static void MapPeople(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/people/explain", ExplainAsync).WithName("people.explain").WithTags("people");
        app.MapPost("/api/v1/people/forget", ForgetPerson).WithName("people.forget").WithTags("people");
    }

    /// <summary>Why a person is, or is not, in each book of the jobs.</summary>
    private static async Task<IResult> ExplainAsync(
        PersonBody body, StoredJobs jobs, JobFiles files, ServiceOptions options, CancellationToken cancellation)
    {
        var asked = body.Job is { } tag ? [JobsApi.Find(jobs, tag)] : jobs.All();
        var answers = new List<PersonAnswer>();
        foreach (var job in asked)
        {
            try
            {
                answers.Add(new PersonAnswer(job.Tag, await Explain.RunAsync(files.Read(job), body.Email, options.Workplace, cancellation), null));
            }
            catch (RollcallException stop) when (body.Job is null)
            {
                // One job that cannot be asked says so, and the others answer.
                answers.Add(new PersonAnswer(job.Tag, null, new ApiFault(stop.Problems[0].Message, stop.Problems[0].Where, stop.Problems[0].Todo)));
            }
        }

        return Results.Json(answers, ResultJson.Options);
    }

    /// <summary>Erases a person from everything the data folder holds; of each opt-out a keyed hash is kept.</summary>
    private static IResult ForgetPerson(PersonBody body, JobFiles files, ServiceOptions options, CancellationToken cancellation)
    {
        var workplace = options.Workplace;
        return Results.Json(
            Forget.Run(body.Email, workplace.DataFolder, files.Values(JobDoor.Shell), workplace.Checkpoint, cancellation), ResultJson.Options);
    }
}

/// <summary>A person that is asked about.</summary>
/// <param name="Email">The address.</param>
/// <param name="Job">One job; null for all.</param>
public sealed record PersonBody(string Email, string? Job = null);

/// <summary>What one job knows of a person, or why it cannot say.</summary>
public sealed record PersonAnswer(string Job, Explanation? Explanation, ApiFault? Fault);
