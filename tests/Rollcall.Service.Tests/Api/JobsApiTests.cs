using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Rollcall.Model;
using Xunit;

namespace Rollcall.Service.Tests.Api;

public sealed class JobsApiTests
{
    private static readonly DateTimeOffset Morning = new(2026, 11, 30, 8, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_job_is_made_planned_run_and_explained_over_HTTP()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        scene.Audience("letters", "ann@example.com", "bob@example.com");
        using var admin = scene.Client(Role.Admin, seesPeople: true, changesConsent: true);

        var made = await SendAsync(admin, HttpMethod.Post, "api/v1/jobs", new { file = scene.Text("letters", "") }, HttpStatusCode.Created);
        Assert.Equal(("letters", "sleeping", 1), (Text(made, "tag"), Text(made, "status"), made.GetProperty("version").GetInt32()));
        var plan = await SendAsync(admin, HttpMethod.Post, "api/v1/jobs/letters/plan", null);
        Assert.Equal(2, plan.GetProperty("audiences")[0].GetProperty("entered").GetInt32());
        Assert.False(scene.IsInBook("ann@example.com"));

        await SendAsync(admin, HttpMethod.Post, "api/v1/jobs/letters/runs", new { }, HttpStatusCode.Accepted);
        await scene.Until(() => scene.Runs("letters") == 1, "the run");
        Assert.True(scene.IsInBook("ann@example.com"));
        var runs = await SendAsync(admin, HttpMethod.Get, "api/v1/jobs/letters/runs", null);
        Assert.Equal(2, runs[0].GetProperty("outcomes").GetProperty("delivered").GetInt32());

        var people = await SendAsync(admin, HttpMethod.Post, "api/v1/people/explain", new { email = "ann@example.com" });
        Assert.Equal("delivered", Text(people[0].GetProperty("explanation").GetProperty("books")[0], "state"), ignoreCase: true);
    }

    [Fact]
    public async Task A_change_names_the_version_that_it_replaces_and_is_refused_where_somebody_was_faster()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        scene.Save("letters");
        using var admin = scene.Client(Role.Admin);
        var body = new { file = scene.Text("letters", "description: changed") };

        await SendAsync(admin, HttpMethod.Put, "api/v1/jobs/letters", body, HttpStatusCode.PreconditionRequired);
        var changed = await SendAsync(admin, HttpMethod.Put, "api/v1/jobs/letters", body, ifMatch: "\"1\"");
        Assert.Equal(2, changed.GetProperty("version").GetInt32());

        var conflict = await SendAsync(
            admin, HttpMethod.Put, "api/v1/jobs/letters", new { file = scene.Text("letters", "") }, HttpStatusCode.PreconditionFailed, "\"1\"");
        Assert.Contains("version 2 now, not 1", Text(conflict.GetProperty("error"), "message"), StringComparison.Ordinal);
        var versions = await SendAsync(admin, HttpMethod.Get, "api/v1/jobs/letters/versions", null);
        Assert.Equal(2, versions.GetArrayLength());
    }

    [Theory]
    [InlineData("config.resubscribe", "  resubscribe: true\n  trigger_join: true")]
    [InlineData("config.exit_action", "UNSUBSCRIBE")]
    [InlineData("recreate_deleted", "recreate_deleted: true")]
    [InlineData("exit_existing", "exit_existing: true")]
    [InlineData("guards", "guards: {max_exit_percent: none}")]
    public async Task Who_may_not_change_consent_saves_no_option_that_does(string key, string more)
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        using var admin = scene.Client(Role.Admin);
        var text = more == "UNSUBSCRIBE" ? scene.Text("letters", "").Replace("exit_action: remove", "exit_action: unsubscribe", StringComparison.Ordinal)
            : scene.Text("letters", more);

        var refused = await SendAsync(admin, HttpMethod.Post, "api/v1/jobs", new { file = text }, HttpStatusCode.BadRequest);

        Assert.Contains(refused.GetProperty("problems").EnumerateArray(), one => Text(one, "where").EndsWith(key, StringComparison.Ordinal));
        Assert.Null(scene.Store.Find("letters"));
    }

    [Fact]
    public async Task An_editor_writes_no_credentials_databases_or_files_of_elsewhere_into_a_job()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        using var editor = scene.Client(Role.Editor);
        var text = scene.Text("letters", "").Replace("letters.csv", "/etc/passwd.csv", StringComparison.Ordinal);

        var refused = await SendAsync(editor, HttpMethod.Post, "api/v1/jobs", new { file = text }, HttpStatusCode.BadRequest);

        var where = refused.GetProperty("problems").EnumerateArray().Select(one => Text(one, "where")).ToList();
        Assert.Contains(where, one => one.EndsWith("authorization", StringComparison.Ordinal));
        Assert.Contains(where, one => one.EndsWith("source.tables.files.people", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reference_in_a_job_made_over_HTTP_reads_no_environment()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        using var admin = scene.Client(Role.Admin);

        var refused = await SendAsync(
            admin, HttpMethod.Post, "api/v1/jobs", new { file = scene.Text("letters", "description: \"${PATH}\"") }, HttpStatusCode.BadRequest);

        Assert.Contains("PATH", Text(refused.GetProperty("error"), "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_are_masked_for_who_does_not_see_people()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        scene.Audience("letters", "ann@example.com");
        scene.Save("letters");
        using var editor = scene.Client(Role.Editor);

        var plan = await SendAsync(editor, HttpMethod.Post, "api/v1/jobs/letters/plan", null);

        Assert.Contains("a***@e***.com", plan.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("ann@example.com", plan.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_tells_its_progress_from_the_event_on_that_was_last_seen()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        scene.Audience("letters", "ann@example.com");
        scene.Save("letters");
        using var viewer = scene.Client(Role.Viewer);
        scene.Store.Start("letters", new RunStart { By = "ann" });
        await scene.Until(() => scene.Runs("letters") == 1, "the run");
        var run = scene.Store.LogOf("letters", Morning, 0, 100).Single(line => line.Code == "run_ended").RunId;

        var all = await viewer.GetStringAsync(new Uri($"api/v1/runs/{run}/events", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains("event: progress", all, StringComparison.Ordinal);
        Assert.EndsWith("ended", all.Split("event: ")[^1].Split('\n')[0], StringComparison.Ordinal);

        viewer.DefaultRequestHeaders.Add("Last-Event-ID", "2");
        var rest = await viewer.GetStringAsync(new Uri($"api/v1/runs/{run}/events", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.DoesNotContain("id: 2\n", rest, StringComparison.Ordinal);
        Assert.Contains("id: 3\n", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_is_forgotten_while_the_service_runs()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        scene.Audience("letters", "ann@example.com");
        scene.Save("letters");
        scene.Store.Start("letters", new RunStart { By = "ann", Only = ["ann@example.com"] });
        await scene.Until(() => scene.Runs("letters") == 1, "the run");
        using var admin = scene.Client(Role.Admin, seesPeople: true);

        await SendAsync(admin, HttpMethod.Post, "api/v1/people/forget", new { email = "ann@example.com" });

        Assert.DoesNotContain("ann@example.com", File.ReadAllText(Path.Combine(scene.DataFolder, "rollcall.db")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"file":null}""")]
    [InlineData("""{"file":1}""")]
    [InlineData("""{"file":"a","file":"b"}""")]
    public async Task A_body_that_is_no_JSON_of_this_path_is_a_400_that_quotes_nothing(string body)
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        using var admin = scene.Client(Role.Admin);
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        using var answer = await admin.PostAsync(new Uri("api/v1/jobs", UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("request_id", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static async Task<JsonElement> SendAsync(
        HttpClient client, HttpMethod method, string path, object? body, HttpStatusCode expected = HttpStatusCode.OK, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Content = body is null ? null : JsonContent.Create(body);
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == expected, $"{answer.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement.Clone();
    }
}
