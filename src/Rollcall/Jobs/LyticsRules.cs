namespace Rollcall.Jobs;

/// <summary>Rules for a Lytics account in a job.</summary>
/// <param name="key">Where it is named: <c>source.lytics</c> or <c>status_sink.lytics</c>.</param>
internal sealed class LyticsRules(string key, LyticsAccess access, JobMap root, JobProblems problems)
{
    public const string DefaultUrl = "https://api.lytics.io";

    /// <summary>The address, if it is one.</summary>
    public static Uri? Url(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Host.Length > 0 ? url : null;

    public void Check()
    {
        var given = key.Split('.').Aggregate((JobNode?)root, (node, name) => (node as JobMap)?[name]) as JobMap;
        if (given?["url"] is JobScalar written && !problems.IsBroken(written.Path))
        {
            if (Url(written.Value) is not { } url)
            {
                problems.Error(written.Path, "is not a URL.", $"Write it as {DefaultUrl}, or leave it out.");
            }
            else if (!Endpoints.MaySendTokenTo(url))
            {
                problems.Error(
                    written.Path,
                    "tokens go only to an https address without a user name or a query, or to a simulator on this machine (http://127.0.0.1:PORT).",
                    "Leave the url out: Lytics' own is known.");
            }
        }

        if (!access.Url.IsLoopback && given?["token"] is JobScalar token && !problems.IsBroken(token.Path) && token.Text == token.Value)
        {
            problems.Warning(token.Path, "the token stands in the file.", "Write ${NAME} and set it in the environment.");
        }
    }
}
