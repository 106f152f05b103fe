using System.Text.Json.Nodes;
using Rollcall.Lytics.Importing;
using Rollcall.Jobs;
using Rollcall.Model;

namespace Rollcall.Tests.Lytics.Importing;

/// <summary>Lytics jobs, and the job files that they become.</summary>
internal static class LyticsJobs
{
    /// <summary>The smallest valid job, with changes.</summary>
    public static JsonObject Least(Action<JsonObject>? change = null)
    {
        var job = new JsonObject
        {
            ["name"] = "Loyalty",
            ["workflow"] = "dotmailer-multi-seg-export",
            ["tag"] = "loyalty",
            ["config"] = new JsonObject
            {
                ["segment_ids"] = new JsonArray("a1"),
                ["seg_mappings"] = new JsonArray(new JsonObject { ["a1"] = "42" }),
                ["email_field"] = "email",
            },
        };
        change?.Invoke(job);
        return job;
    }

    /// <summary>The same, with one key of its config set.</summary>
    public static JsonObject With(string key, JsonNode? value) => Least(job => job["config"]![key] = value);

    public static (string JobFile, IReadOnlyList<Problem> Notes) Import(JsonNode job) => Import(job.ToJsonString());

    public static (string JobFile, IReadOnlyList<Problem> Notes) Import(string text) => LyticsJobImport.Convert(text, "job.json");

    /// <summary>The job file, read as <c>check</c> reads it.</summary>
    /// <exception cref="RollcallException"><c>check</c> does not accept it.</exception>
    public static Job Read(string jobFile) => JobFile.Parse(jobFile, "/jobs/job.yaml", name => name == "LYTICS_TOKEN" ? "token" : null);
}
