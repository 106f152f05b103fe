using System.Text.Json.Serialization;
using Rollcall.Authorizations;

namespace Rollcall.Cli.Json;

/// <summary>What went wrong, where there is no result.</summary>
/// <param name="Error">The first problem.</param>
/// <param name="Problems">All of them.</param>
internal sealed record ErrorDocument(ErrorBody Error, IReadOnlyList<ErrorBody> Problems);

/// <summary>One problem.</summary>
/// <param name="Code">A word for the exit code, such as <c>bad_job</c>.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Where">Where; null when nowhere in particular.</param>
/// <param name="Todo">What to do; null when the message says it.</param>
internal sealed record ErrorBody(string Code, string Message, string? Where, string? Todo);

/// <summary>The answer of <c>auth list</c>.</summary>
internal sealed record AuthorizationList(IReadOnlyList<StoredAuthorization> Authorizations);

/// <summary>The answer of <c>auth remove</c>.</summary>
internal sealed record RemovedAuthorization(string Name, bool Removed);

/// <summary>The answer of <c>--version</c>.</summary>
internal sealed record ProgramVersion(string Version);

/// <summary>The types the program writes as JSON.</summary>
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(StoredAuthorization))]
[JsonSerializable(typeof(AuthorizationList))]
[JsonSerializable(typeof(RemovedAuthorization))]
[JsonSerializable(typeof(ProgramVersion))]
[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(Explanation))]
internal sealed partial class RollcallJson : JsonSerializerContext;
