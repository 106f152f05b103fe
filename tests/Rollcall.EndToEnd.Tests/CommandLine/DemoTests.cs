using System.Text.Json;
using System.Text.RegularExpressions;
using Rollcall.Model;
using Rollcall.TestKit;
using Rollcall.TestKit.Processes;
using Xunit;

namespace Rollcall.EndToEnd.Tests.CommandLine;

/// <summary>What <c>rollcall demo</c> shows is what happened.</summary>
public sealed partial class DemoTests : IDisposable
{
    private const string People = "300";
    private const string Ada = "ada.abel@example.com";
    private const string Articles = "https://shop.example.com/articles/";

    // The demo works under the temporary folder.
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_second_run_of_the_shop_sends_only_what_changed()
    {
        var demo = await JsonAsync("--members", People);

        ExpectTwoRuns(demo);
        Assert.Equal(300, demo.GetProperty("people").GetInt32());
        Assert.Equal(Changes(demo.GetProperty("first_run")) + Changes(demo.GetProperty("second_run")), Of(demo, "calls", "one_by_one").GetInt64());
        Assert.Contains(Of(demo, "explained", "books").EnumerateArray(), book => book.GetProperty("state").GetString() == "suppressed");
    }

    [Fact]
    public async Task A_job_moves_over_from_Lytics_and_its_statuses_go_back()
    {
        var demo = await JsonAsync("--lytics", "--members", People);

        ExpectTwoRuns(demo);
        Assert.Contains("segment_ids:", Of(demo, "imported", "job_file").GetString(), StringComparison.Ordinal);
        Assert.Contains(Of(demo, "imported", "notes").EnumerateArray(), note => note.GetProperty("where").GetString() == "auth_ids");

        // People that Lytics had added to the book are adopted: planned, but not sent.
        Assert.True(Gold("plan", "entered") > Gold("first_run", "entered"));
        Assert.True(Gold("first_run", "unchanged") > 0);
        foreach (var (run, after) in new[] { ("first_run", "after_first"), ("second_run", "after_second") })
        {
            var events = Of(demo, after, "status_events");
            Assert.Equal(Sum(demo.GetProperty(run), "exited"), events.GetProperty("Removed").GetInt64());
            Assert.True(events.GetProperty("Subscribed").GetInt64() >= Sum(demo.GetProperty(run), "entered"));
        }

        Assert.Equal(("Subscribed", "Subscribed"), Profile("after_first"));
        Assert.Equal(("Unsubscribed", "Subscribed"), Profile("after_second"));
        Assert.Equal("Unsubscribed", Person("after_second").GetProperty("address_books").GetProperty("1001").GetString());
        Assert.Equal("812.5", Field("after_first", "TOTAL_SPEND"));
        Assert.Equal("874.25", Field("after_second", "TOTAL_SPEND"));
        Assert.Equal(["suppressed", "delivered"], Of(demo, "explained", "books").EnumerateArray().Select(book => book.GetProperty("state").GetString()));

        long Gold(string run, string count) => Of(demo, run, "audiences")[0].GetProperty(count).GetInt64();

        JsonElement Person(string after) => Of(demo, after, "person");

        string? Field(string after, string name) => Person(after).GetProperty("data_fields").GetProperty(name).GetString();

        (string?, string?) Profile(string after)
        {
            var books = Person(after).GetProperty("profile").GetProperty("dm_addressbook_status");
            return (books.GetProperty("1001_1001").GetString(), books.GetProperty("1001_1002").GetString());
        }
    }

    [Fact]
    public async Task Recommendations_and_insight_data_reach_Dotdigital_and_are_removed_on_exit()
    {
        var demo = await JsonAsync("--lytics", "--members", People);

        Assert.DoesNotContain(demo.GetProperty("check").EnumerateArray(), problem => problem.GetProperty("severity").GetString() == "error");
        foreach (var after in new[] { "after_first", "after_second" })
        {
            var person = Of(demo, after, "person");
            var fields = person.GetProperty("data_fields");
            var url = fields.GetProperty("REC_URL").GetString()!;
            Assert.StartsWith(Articles, url, StringComparison.Ordinal);
            Assert.NotEqual(fields.GetProperty("REC_TITLE").GetString(), fields.GetProperty("REC2_TITLE").GetString());
            Assert.Contains("jazz", Insight(person, "lytics_fields"), StringComparison.Ordinal);
            Assert.Contains(url, Insight(person, "lytics_recommendations"), StringComparison.Ordinal);
            Assert.True(Of(demo, after, "insight_records").GetProperty("lytics_fields").GetInt64() > 100);
        }

        // The second run sends the current values of Lytics.
        Assert.Contains("91", Insight(Of(demo, "after_second", "person"), "lytics_fields"), StringComparison.Ordinal);
        Assert.True(Of(demo, "after_first", "insight_of_leavers").GetInt64() > 0);
        Assert.Equal(0, Of(demo, "after_second", "insight_of_leavers").GetInt64());

        static string Insight(JsonElement person, string collection) => string.Concat(
            person.GetProperty("insight").EnumerateArray().Where(record => record.GetProperty("collection").GetString() == collection)
                .Select(record => record.GetProperty("json").GetRawText()));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(11, "--lytics")]
    public async Task It_is_shown_step_by_step_in_plain_text(int steps, params string[] options)
    {
        var demo = (await DemoAsync(["--members", People, .. options])).Expect(ExitCode.Done);

        Assert.Equal(Enumerable.Range(1, steps), Step().Matches(demo.Output).Select(step => int.Parse(step.Groups[1].ValueSpan)));
        Assert.Contains("Calls, one by one", demo.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?m)^\s+at .+\(|Exception|\u001b", demo.Output + demo.Errors);
    }

    [Fact]
    public async Task Kept_open_its_job_can_be_run_manually()
    {
        await using var demo = RollcallProcess.Start(_folder.Path, ["demo", "--lytics", "--members", People, "--keep-open"], Environment);
        await PollUntil.TrueAsync(() => demo.HasExited || demo.Output.Contains("Ctrl-C stops both", StringComparison.Ordinal), "the demo's last word");
        var folder = Folder().Match(demo.Output).Groups[1].Value;

        var run = (await RollcallProcess.RunAsync(folder, ["run", "job.yaml", "--json"])).Expect(ExitCode.Done).Json;
        var explained = (await RollcallProcess.RunAsync(folder, ["explain", "lytics-demo", Ada, "--json"])).Expect(ExitCode.Done).Json;
        demo.Interrupt();
        (await demo.ExitAsync()).Expect(ExitCode.Done);

        Assert.Equal(0, Changes(run));
        Assert.Equal(["suppressed", "delivered"], explained.GetProperty("books").EnumerateArray().Select(book => book.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task A_second_demo_in_one_data_folder_is_refused()
    {
        (await DemoAsync("--members", "100", "--data", "data")).Expect(ExitCode.Done);

        var second = (await DemoAsync("--lytics", "--members", "100", "--data", "data")).Expect(ExitCode.BadJob);

        Assert.Contains("A demo has already run in", second.Errors, StringComparison.Ordinal);
    }

    private Dictionary<string, string> Environment => new() { ["TMPDIR"] = _folder.Path };

    private Task<ProcessResult> DemoAsync(params IEnumerable<string> options) => RollcallProcess.RunAsync(_folder.Path, ["demo", .. options], Environment);

    private async Task<JsonElement> JsonAsync(params IEnumerable<string> options) => (await DemoAsync([.. options, "--json"])).Expect(ExitCode.Done).Json;

    /// <summary>Every member is counted once, and the second run has less to send than the first.</summary>
    private static void ExpectTwoRuns(JsonElement demo)
    {
        var (first, second) = (demo.GetProperty("first_run"), demo.GetProperty("second_run"));
        foreach (var run in new[] { demo.GetProperty("plan"), first, second })
        {
            foreach (var audience in run.GetProperty("audiences").EnumerateArray())
            {
                string[] parts = ["entered", "updated", "unchanged", "suppressed", "invalid", "omitted", "held"];
                Assert.Equal(audience.GetProperty("members").GetInt64(), parts.Sum(part => audience.GetProperty(part).GetInt64()));
            }
        }

        Assert.Equal(("completed", "completed"), (first.GetProperty("state").GetString(), second.GetProperty("state").GetString()));
        Assert.InRange(Changes(second), 1, Changes(first) - 1);
        Assert.InRange(second.GetProperty("bytes_sent").GetInt64(), 1, first.GetProperty("bytes_sent").GetInt64() - 1);
        Assert.Equal(Of(first, "api_calls", "total").GetInt64() + Of(second, "api_calls", "total").GetInt64(), Of(demo, "calls", "used").GetInt64());
    }

    private static JsonElement Of(JsonElement document, string part, string name) => document.GetProperty(part).GetProperty(name);

    private static long Changes(JsonElement run) => Sum(run, "entered") + Sum(run, "updated") + Sum(run, "exited");

    private static long Sum(JsonElement run, string count) =>
        run.GetProperty("audiences").EnumerateArray().Sum(audience => audience.GetProperty(count).GetInt64());

    [GeneratedRegex(@"(?m)^(\d+)  \S")]
    private static partial Regex Step();

    [GeneratedRegex("(?m)^  cd (.+)$")]
    private static partial Regex Folder();
}
