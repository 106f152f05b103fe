using System.Text.Json.Serialization;
using Rollcall.Cli.Demo;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Store;

namespace Rollcall.Cli.Json;

/// <summary>What went wrong, where there is no result.</summary>
/// <param name="Error">The first problem.</param>
/// <param name="Problems">All of them.</param>
internal sealed record ErrorDocument(ErrorBody Error, IReadOnlyList<ErrorBody> Problems);

/// <summary>One problem.</summary>
/// <param name="Code">A word for the exit code, such as <c>bad_job</c>.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Where">Where; null when it has no place.</param>
/// <param name="Todo">What to do; null when the message says it.</param>
internal sealed record ErrorBody(
    string Code,
    string Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Where,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Todo);

/// <summary>The answer of <c>auth list</c>.</summary>
internal sealed record AuthorizationList(IReadOnlyList<StoredAuthorization> Authorizations);

/// <summary>The answer of <c>auth remove</c>.</summary>
internal sealed record RemovedAuthorization(string Name, bool Removed);

/// <summary>The answer of <c>--version</c>.</summary>
internal sealed record ProgramVersion(string Version);

/// <summary>The answer of <c>auth test</c>.</summary>
internal sealed record TestedAuthorization(string Name, bool Ok, long AccountId, string AccountName, string Endpoint);

/// <summary>The answer of <c>simulate</c>, once it listens.</summary>
internal sealed record ListeningSimulator(string Url);

/// <summary>The answer of <c>init</c>.</summary>
internal sealed record WrittenFile(string File);

/// <summary>The answer of <c>failures --csv</c>.</summary>
internal sealed record WrittenRows(string File, long Rows);

/// <summary>The answer of <c>check</c>.</summary>
internal sealed record CheckDocument(string Job, bool Ok, IReadOnlyList<CheckedProblem> Problems);

/// <summary>A problem that <c>check</c> found.</summary>
internal sealed record CheckedProblem(Severity Severity, string Message, string? Where, string? Todo);

/// <summary>The answer of <c>import-lytics</c>.</summary>
/// <param name="JobFile">The job file's text.</param>
/// <param name="Notes">What differs from the Lytics job.</param>
internal sealed record ImportedJob(string JobFile, IReadOnlyList<ImportedNote> Notes);

/// <summary>What differs at one key of a Lytics job.</summary>
internal sealed record ImportedNote(string Message, string? Where, string? Todo);

/// <summary>The answer of <c>lytics mapping</c>.</summary>
internal sealed record LyticsQuery(string Stream, string Query);

/// <summary>The answer of <c>status</c>.</summary>
internal sealed record JobList(IReadOnlyList<JobStatus> Jobs);

/// <summary>The answer of <c>runs</c>.</summary>
internal sealed record RunList(string Job, IReadOnlyList<RunResult> Runs);

/// <summary>The answer of <c>failures</c>.</summary>
internal sealed record FailureList(string Job, IReadOnlyList<Failure> Failures);

/// <summary>The types the program writes as JSON.</summary>
[JsonSerializable(typeof(AppliedJobs))]
[JsonSerializable(typeof(MadeToken))]
[JsonSerializable(typeof(TokenList))]
[JsonSerializable(typeof(RemovedToken))]
[JsonSerializable(typeof(ExportedJob))]
[JsonSerializable(typeof(StoredJobList))]
[JsonSerializable(typeof(StoredJobLine))]
[JsonSerializable(typeof(ListeningService))]
[JsonSerializable(typeof(BackupResult))]
[JsonSerializable(typeof(RestoreResult))]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(StoredAuthorization))]
[JsonSerializable(typeof(AuthorizationList))]
[JsonSerializable(typeof(RemovedAuthorization))]
[JsonSerializable(typeof(ProgramVersion))]
[JsonSerializable(typeof(DemoDocument))]
[JsonSerializable(typeof(LyticsDemoDocument))]
[JsonSerializable(typeof(TestedAuthorization))]
[JsonSerializable(typeof(ListeningSimulator))]
[JsonSerializable(typeof(WrittenFile))]
[JsonSerializable(typeof(WrittenRows))]
[JsonSerializable(typeof(CheckDocument))]
[JsonSerializable(typeof(ImportedJob))]
[JsonSerializable(typeof(LyticsQuery))]
[JsonSerializable(typeof(JobStatus))]
[JsonSerializable(typeof(JobList))]
[JsonSerializable(typeof(RunList))]
[JsonSerializable(typeof(FailureList))]
[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(Explanation))]
[JsonSerializable(typeof(Reconciliation))]
[JsonSerializable(typeof(ForgetResult))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class RollcallJson : JsonSerializerContext;
