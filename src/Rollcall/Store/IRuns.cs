using System.Text.Json;
using Rollcall.Model;

namespace Rollcall.Store;

/// <summary>The history of runs.</summary>
internal interface IRuns
{
    /// <summary>Gives a run an id, which sorts by time and is unique in the folder. Two processes may begin at once.</summary>
    /// <param name="recorded">Whether the run has an entry in the history.</param>
    string Begin(string tag, DateTimeOffset started, bool recorded);

    /// <summary>Keeps how far a run is.</summary>
    void Progress(string runId, RunProgress progress);

    /// <summary>Keeps how a run ended.</summary>
    void Finish(RunResult result);

    /// <summary>Keeps what a look at the watch did. It is no run: only <see cref="Looks"/> gives it back, so that it never hides how a run ended.</summary>
    void KeepLook(RunResult look);

    /// <summary>What looks at a job's watch did, newest first; a look that did nothing is not kept.</summary>
    IReadOnlyList<RunResult> Looks(string tag);

    /// <summary>Takes a run out of the history.</summary>
    void Remove(string runId);

    /// <summary>Marks a run as interrupted, unless it has ended.</summary>
    void Interrupted(string runId);

    /// <summary>The runs that did not end, of all jobs.</summary>
    IReadOnlyList<KeptRun> Unended();

    /// <summary>A job's newest runs, newest first; older ones are not read.</summary>
    IReadOnlyList<KeptRun> Of(string tag, int atMost);

    /// <summary>How many runs of a job are in the history; none of them is read.</summary>
    long Count(string tag);

    /// <summary>A job's newest run; null where there is none.</summary>
    KeptRun? Last(string tag);

    /// <summary>A job's newest run that is not marked as running; null where there is none.</summary>
    KeptRun? LastEnded(string tag);

    /// <summary>The result of a job's newest run that has one; null where none has.</summary>
    RunResult? LastResult(string tag);

    /// <summary>The files of what a job's runs did not deliver, newest first, until one is enough.</summary>
    void Failures(string tag, Func<KeptFailures, bool> isEnough);
}

/// <summary>A run in the history.</summary>
/// <param name="Result">Its result as JSON; null while there is none.</param>
/// <param name="Progress">How far it is, as JSON; null when it ended.</param>
internal sealed record KeptRun(string RunId, string Tag, RunState State, DateTimeOffset Started, DateTimeOffset? Finished, string? Result, string? Progress)
{
    /// <summary>The JSON of a result, without secrets.</summary>
    public static string Text(RunResult result) => Secrets.MaskJson(JsonSerializer.Serialize(result, ResultJson.Options), ResultJson.Options);

    public static RunResult Read(string result) => JsonSerializer.Deserialize<RunResult>(result, ResultJson.Options)!;

    /// <summary>The JSON of a result without a person who is erased; null where it does not name them.</summary>
    public static string? Without(string text, IErased person)
    {
        var result = Read(text);
        var without = JsonSerializer.Serialize(
            result with
            {
                Failures = [.. result.Failures.Where(f => !person.Is(f.Email)).Select(f => f with { Reason = person.Erased(f.Reason) })],
                Changes = result.Changes is null ? null : [.. result.Changes.Where(c => !person.Is(c.Email))],
                Notices = [.. result.Notices.Select(person.Erased)],
                Findings = [.. result.Findings.Select(f => f.WithTexts(person.Erased))],
            },
            ResultJson.Options);
        return without == JsonSerializer.Serialize(result, ResultJson.Options) ? null : without;
    }
}

/// <summary>What a run did not deliver.</summary>
/// <param name="Failures">The file.</param>
/// <param name="Ended">When the run ended: by Dotdigital's clock, where it is known; null where it did not.</param>
internal sealed record KeptFailures(string Failures, DateTimeOffset? Ended, DateTimeOffset? Finished);
