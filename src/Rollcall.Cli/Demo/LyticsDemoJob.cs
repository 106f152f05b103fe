using Rollcall.Lytics.Importing;
using Rollcall.Model;

namespace Rollcall.Cli.Demo;

/// <summary>The job of the Lytics demo: as Lytics' job API returns it, and as the job file that <c>rollcall import-lytics</c> creates from it.</summary>
internal static class LyticsDemoJob
{
    public const string Tag = "lytics-demo";
    public const string Authorization = "dotdigital";
    public const string Token = "demo";

    public const string LyticsFile = "lytics-job.json";
    public const string File = "job.yaml";

    private const string TokenLine = "    token: ${LYTICS_TOKEN}\n";

    /// <summary>The job in Lytics.</summary>
    public const string Json = """
        {
          "data": {
            "id": "b2f1c3d4e5a6978812345678",
            "name": "Gold members and the newsletter to Dotdigital",
            "workflow": "dotmailer-multi-seg-export",
            "state": "paused",
            "tag": "lytics-demo",
            "auth_ids": ["0a1b2c3d4e5f60718293a4b5"],
            "config": {
              "segment_ids": ["gold", "newsletter"],
              "seg_mappings": [{"gold": "1001"}, {"newsletter": "1002"}],
              "mappings": [
                {"first_name": "FIRSTNAME"},
                {"last_name": "LASTNAME"},
                {"total_spend": "TOTAL_SPEND"},
                {"last_visit": "LAST_VISIT"}
              ],
              "email_field": "email",
              "email_type": "Html",
              "opt_in_type": "Unknown",
              "exit_action": "remove",
              "sync_status": true,
              "collection_id": "articles",
              "recommender_mappings": [{"title": "REC_TITLE"}, {"url": "REC_URL"}, {"2.title": "REC2_TITLE"}],
              "insight_fields": ["interests", "scores"],
              "insight_recommendations": true
            }
          },
          "status": 200,
          "message": "success"
        }

        """;

    /// <summary>
    /// Converts it to a job file, and adds what a Lytics job does not contain: the URL and token of the simulated Lytics, and removal of insight data on
    /// exit.
    /// </summary>
    /// <exception cref="InvalidOperationException">The converted job file has no place for the token.</exception>
    public static (string JobFile, IReadOnlyList<Problem> Notes) Convert(Uri lytics)
    {
        var (jobFile, notes) = LyticsJobImport.Convert(Json, LyticsFile);
        if (!jobFile.Contains(TokenLine, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"The job file has no line \"{TokenLine.Trim()}\":\n{jobFile}");
        }

        var local = $"""
                # The simulated Lytics: its token is no secret.
                token: {Token}
                url: {lytics.GetLeftPart(UriPartial.Authority)}

            """;
        return (jobFile.Replace(TokenLine, local, StringComparison.Ordinal)
            + "\n# Not part of a Lytics job: an exit removes the insight data.\ninsight_on_exit: remove\n", notes);
    }
}
