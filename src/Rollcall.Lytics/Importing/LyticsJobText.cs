using System.Text.Json;
using Rollcall.Model;

namespace Rollcall.Lytics.Importing;

/// <summary>Finds the one job in a response of the Lytics job API: with or without its envelope, alone or in a list of one.</summary>
internal static class LyticsJobText
{
    public const string Workflow = "dotmailer-multi-seg-export";

    private const int MostErrors = 5;

    private const string Todo = "Use the response of GET /v2/job/dotmailer-multi-seg-export/ID.";

    /// <exception cref="RollcallException">Exit 2: the text contains no such job.</exception>
    public static JsonElement Find(string text, string name)
    {
        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(text.TrimStart('\uFEFF'), new JsonDocumentOptions { AllowDuplicateProperties = false });
            root = document.RootElement.Clone();
            ReadAll(root);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw new RollcallException(ExitCode.BadJob, $"is not JSON: {wrong.Message}", name, Todo, wrong);
        }

        var job = Single(Unwrapped(root, name), name);
        CheckWorkflow(job, name);
        return job.TryGetProperty("config", out var config) && config.ValueKind == JsonValueKind.Object
            ? job
            : throw new RollcallException(ExitCode.BadJob, "the job has no config.", name, Todo);
    }

    /// <summary>Reads every string once: an invalid surrogate is only detected then.</summary>
    private static void ReadAll(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                value.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    ReadAll(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (var pair in value.EnumerateObject())
                {
                    _ = pair.Name;
                    ReadAll(pair.Value);
                }

                break;
        }
    }

    private static JsonElement Unwrapped(JsonElement root, string name)
    {
        if (root.ValueKind != JsonValueKind.Object || root.TryGetProperty("config", out _) || root.TryGetProperty("workflow", out _))
        {
            return root;
        }

        if (root.TryGetProperty("data", out var data) && data.ValueKind != JsonValueKind.Null)
        {
            return data;
        }

        if (Errors(root) is { } said)
        {
            throw new RollcallException(
                ExitCode.BadJob, $"is a Lytics response, not a job: {(root.TryGetProperty("status", out var code) ? $"{code} " : "")}{said}.", name, Todo);
        }

        throw root.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String && root.TryGetProperty("status", out var status)
            ? new RollcallException(ExitCode.BadJob, $"is a Lytics response, not a job: {status} {LyticsKeys.Shown(message.GetString()!)}.", name, Todo)
            : new RollcallException(ExitCode.BadJob, "contains no job.", name, Todo);
    }

    /// <summary>The errors of a v2 response: <c>errors: [{code, level, message}]</c>; null when it has none.</summary>
    private static string? Errors(JsonElement root)
    {
        if (!root.TryGetProperty("errors", out var errors) || errors.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var said = errors.EnumerateArray().Take(MostErrors)
            .Select(one =>
                one.ValueKind == JsonValueKind.Object
                ? (Code: Text(one, "code"), Message: Text(one, "message"))
                : (null, one.ValueKind == JsonValueKind.String ? one.GetString() : null))
            .Where(one => one.Code is not null || one.Message is not null)
            .Select(one =>
                string.Join(
                    ' ', new[] { one.Message is null ? null : LyticsKeys.Shown(one.Message), one.Code is null ? null : $"({one.Code})" }.OfType<string>()))
            .ToList();
        return said.Count == 0 ? null : string.Join(", ", said);
    }

    private static JsonElement Single(JsonElement data, string name)
    {
        if (data.ValueKind == JsonValueKind.Array)
        {
            var jobs = data.EnumerateArray().ToList();
            if (jobs.Count != 1)
            {
                var names = string.Join(", ", jobs.Take(10).Select(Named));
                throw new RollcallException(
                    ExitCode.BadJob, jobs.Count == 0 ? "contains no job." : $"contains {jobs.Count} jobs: {names}{(jobs.Count > 10 ? ", ..." : "")}.", name,
                    "Use one job. " + Todo);
            }

            data = jobs[0];
        }

        return data.ValueKind == JsonValueKind.Object
            ? data
            : throw new RollcallException(ExitCode.BadJob, "contains no job.", name, Todo);
    }

    private static void CheckWorkflow(JsonElement job, string name)
    {
        var workflow = Text(job, "workflow");
        if (workflow is null)
        {
            throw new RollcallException(ExitCode.BadJob, "the job has no workflow.", name, Todo);
        }

        // Lytics writes slugs both ways.
        if (workflow.Trim().Replace('_', '-') != Workflow)
        {
            throw new RollcallException(
                ExitCode.BadJob,
                $"the job's workflow is {LyticsKeys.Shown(workflow)}; only {Workflow} (\"Dotdigital: Export Multiple Audiences\") is supported.", name);
        }
    }

    private static string Named(JsonElement job) =>
        job.ValueKind != JsonValueKind.Object
            ? "?"
            : LyticsKeys.Shown(Text(job, "name") ?? Text(job, "id") ?? "?") + (Text(job, "id") is { } id ? $" ({id})" : "");

    private static string? Text(JsonElement job, string key) =>
        job.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
