using System.Text.Json.Nodes;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Tests.Jobs;
using Xunit;
using static Rollcall.Tests.Lytics.Importing.LyticsJobs;

namespace Rollcall.Tests.Lytics.Importing;

/// <summary>A Lytics job becomes a job file: what arrives, what is remarked on, what is an error.</summary>
public class ImportLyticsTests
{
    private static readonly string Cases = Path.Combine(RepositoryFiles.Root, "tests", "Rollcall.Tests", "Lytics", "Importing", "cases");

    public static TheoryData<string> Jobs => [.. Directory.EnumerateFiles(Cases, "*.json").Select(Path.GetFileName).OfType<string>().Order()];

    [Theory]
    [MemberData(nameof(Jobs))]
    public void Each_case_becomes_the_job_file_and_the_notes_next_to_it(string file)
    {
        var (jobFile, notes) = Import(File.ReadAllText(Path.Combine(Cases, file)));

        RepositoryFiles.AssertCommitted(Path.Combine(Cases, Path.ChangeExtension(file, ".yaml")), jobFile);
        RepositoryFiles.AssertCommitted(Path.Combine(Cases, Path.ChangeExtension(file, ".txt")), string.Concat(notes.Select(note => note + "\n")));
    }

    [Theory]
    [MemberData(nameof(Jobs))]
    public void Each_case_is_a_job_file_that_check_takes(string file) => Read(Import(File.ReadAllText(Path.Combine(Cases, file))).JobFile);

    [Fact]
    public void A_job_comes_bare_or_in_its_envelope_alone_or_in_a_list_of_one()
    {
        var bare = Least();
        JsonNode[] forms =
        [
            new JsonArray(bare.DeepClone()),
            new JsonObject { ["data"] = bare.DeepClone(), ["status"] = 200, ["message"] = "success", ["request_id"] = "x" },
            new JsonObject { ["data"] = new JsonArray(bare.DeepClone()), ["status"] = 200, ["message"] = "success", ["request_id"] = "x" },
        ];

        Assert.All(forms, form => Assert.Equal(Import(bare).JobFile, Import(form).JobFile));
    }

    [Theory]
    [InlineData("{", "is not JSON")]
    [InlineData("[]", "contains no job")]
    [InlineData("7", "contains no job")]
    [InlineData("{}", "contains no job")]
    [InlineData("""{"data":null,"status":404,"message":"not found","request_id":"x"}""", "404")]
    [InlineData(
        """{"status":404,"errors":[{"code":"JOB-NOTFOUND-004","level":"error","message":"job not found","timestamp":"x"}],"request_id":"x"}""",
        "404 \"job not found\" (JOB-NOTFOUND-004)")]
    [InlineData("""{"data":null,"status":400,"message":"","errors":["odd","more"]}""", "400 \"odd\", \"more\"")]
    [InlineData("""{"config":{}}""", "has no workflow")]
    [InlineData("""{"workflow":"mailchimp-export","config":{}}""", "mailchimp-export")]
    [InlineData("""{"workflow":"dotmailer-multi-seg-export"}""", "has no config")]
    [InlineData("""{"workflow":"dotmailer-multi-seg-export","config":{"email_field":"\ud800"}}""", "is not JSON")]
    [InlineData("""{"data":[{"id":"1","name":"One"},{"id":"2","name":"Two"}]}""", "\"One\" (1), \"Two\" (2)")]
    public void Anything_but_such_a_job_is_a_clear_error(string text, string says)
    {
        var refused = Assert.Throws<RollcallException>(() => Import(text));

        Assert.Equal(ExitCode.BadJob, refused.ExitCode);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_key_of_a_job_arrives()
    {
        var job = Read(Import(File.ReadAllText(Path.Combine(Cases, "every-key.json"))).JobFile);

        Assert.Equal(("loyalty-books", "Loyalty: \"big\" ones", "Line one\nline two"), (job.Tag, job.Label, job.Description));
        Assert.Equal("dotdigital", job.Authorization.Name);
        var config = job.Config;
        Assert.Equal(["3fb1a7c0", "5c02d9e4"], config.SegmentIds);
        Assert.Equal([("3fb1a7c0", 1001L), ("5c02d9e4", 1002L)], config.SegMappings.Select(mapping => (mapping.SegmentId, mapping.Book.Id!.Value)));
        Assert.Equal([("first_name", "FIRSTNAME"), ("total_spend", "LIFETIME_SPEND")], config.Mappings.Select(mapping => (mapping.Field, mapping.DataField)));
        Assert.Equal(("email", "dm_contact_id"), (config.EmailField, config.IdField));
        Assert.Equal((EmailType.PlainText, OptInType.Double, ExitAction.Unsubscribe), (config.EmailType, config.OptInType, config.ExitAction));
        Assert.Equal(["total_spend"], config.FieldChanges);
        Assert.True(config is { TriggerJoin: true, ResubscribeNoChallenge: true, Resubscribe: false, SyncStatus: true, BackfillOnly: false });
        Assert.Equal(new QuietHours(new TimeOnly(22, 30), 7.5), job.Schedule!.Quiet);
        Assert.Equal(("Europe/London", true), (job.Schedule.Timezone, job.Schedule.Continuous));
    }

    [Fact]
    public void Recommendations_and_insight_data_arrive()
    {
        var (jobFile, _) = Import(File.ReadAllText(Path.Combine(Cases, "recommendations.json")));

        Assert.Contains("collection_id: c0ffee01", jobFile, StringComparison.Ordinal);
        Assert.Contains("- title: REC_TITLE", jobFile, StringComparison.Ordinal);
        Assert.Contains("- interests", jobFile, StringComparison.Ordinal);
        Assert.Contains("insight_recommendations: true", jobFile, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_keys_stay_as_remarks_and_are_reported()
    {
        var (jobFile, notes) = Import(Least(job =>
        {
            job["shiny"] = new JsonObject { ["new"] = new JsonArray(1, "x\ny: z") };
            job["config"]!["brand.new"] = "value\u2028# not: yaml";
        }));

        Assert.Contains("#shiny: {\"new\":[1,\"x\\ny: z\"]}\n", jobFile, StringComparison.Ordinal);
        Assert.Contains("  #brand.new: \"value\\u2028# not: yaml\"\n", jobFile, StringComparison.Ordinal);
        Assert.Contains(notes, note => note.Where == "shiny");
        Assert.Contains(notes, note => note.Where == "config.brand.new");
        Read(jobFile);
    }

    [Theory]
    [InlineData("api_token", "\"s3cr3t\"")]
    [InlineData("password", "\"s3cr3t\"")]
    [InlineData("extra", """{"client_secret":"s3cr3t"}""")]
    public void What_may_be_a_secret_is_named_and_not_shown(string key, string value)
    {
        var (jobFile, notes) = Import(With(key, JsonNode.Parse(value)));

        Assert.Contains($"#{key}: ", jobFile, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", jobFile + string.Concat(notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("${HOME} and $${x}")]
    [InlineData("a: b # c")]
    [InlineData("'quoted' \"twice\" \\ back")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("12")]
    [InlineData("- dash")]
    [InlineData("😀 naïve 李娜 \u0085 \u2028 end")]
    [InlineData("*alias &anchor !tag %directive @at `tick")]
    public void A_value_keeps_any_text(string text)
    {
        var clean = text.Replace("\u0085", "", StringComparison.Ordinal);
        var (jobFile, _) = Import(Least(job =>
        {
            job["name"] = text;
            job["description"] = text;
            job["config"]!["id_field"] = clean;
            job["config"]!["mappings"] = new JsonArray(new JsonObject { [clean] = "FIELD" });
        }));
        var job = Read(jobFile);

        Assert.Equal((clean, clean), (job.Label, job.Description));
        Assert.Equal((clean, clean), (job.Config.IdField, job.Config.Mappings[0].Field));
    }

    [Theory]
    [InlineData("Loyalty: Big Spenders", "loyalty-big-spenders")]
    [InlineData("loyalty_books.v2", "loyalty_books.v2")]
    [InlineData("--x--", "x")]
    [InlineData("李娜", "loyalty")]
    public void A_tracking_slug_becomes_a_tag(string slug, string tag)
    {
        var (jobFile, notes) = Import(Least(job => job["tag"] = slug));

        Assert.Equal(tag, Read(jobFile).Tag);
        Assert.Equal(slug != tag, notes.Any(note => note.Where == "tag"));
    }

    [Fact]
    public void Without_a_slug_the_tag_is_made_of_the_name()
    {
        var (jobFile, notes) = Import(Least(job => job.Remove("tag")));

        Assert.Equal("loyalty", Read(jobFile).Tag);
        Assert.Contains(notes, note => note.Where == "tag");
    }

    [Theory]
    [InlineData("dotmailer_multi_seg_export")]
    [InlineData("dotmailer-multi_seg-export")]
    public void A_workflow_is_the_same_with_either_sign(string workflow) =>
        Assert.Equal(Import(Least()).JobFile, Import(Least(job => job["workflow"] = workflow)).JobFile);

    [Fact]
    public void What_is_not_set_is_not_mentioned()
    {
        var unset = Least(job =>
        {
            (job["description"], job["quiet_time_of_day"], job["quiet_timezone"], job["quiet_period"], job["sleep_until"]) = ("", "", "", 0,
                "0001-01-01T00:00:00Z");
            var config = job["config"]!;
            (config["id_field"], config["mappings"], config["field_changes"], config["trigger_join"], config["collection_id"], config["insight_fields"]) = ("",
                new JsonArray(), new JsonArray(), false, "", null);
        });

        Assert.Equal(Import(Least()).JobFile, Import(unset).JobFile);
    }

    [Fact]
    public void Values_of_the_wrong_kind_stay_as_remarks()
    {
        var (jobFile, notes) = Import(Least(job =>
        {
            job["description"] = new JsonArray("x");
            job["config"]!["trigger_join"] = "maybe";
            job["config"]!["exit_action"] = "delete";
            job["config"]!["email_type"] = "Postcard";
            job["config"]!["resubscribe"] = "TRUE";
        }));
        var job = Read(jobFile);

        Assert.Equal((false, true, ExitAction.Ignore), (job.Config.TriggerJoin, job.Config.Resubscribe, job.Config.ExitAction));
        Assert.All((string[])["[\"x\"]", "maybe", "delete", "Postcard"], left => Assert.Contains(left, jobFile, StringComparison.Ordinal));
        Assert.All(
            (string[])["description", "config.trigger_join", "config.exit_action", "config.email_type"],
            where => Assert.Contains(notes, note => note.Where == where));
    }

    [Fact]
    public void What_is_missing_is_reported()
    {
        var (_, notes) = Import("""{"workflow":"dotmailer-multi-seg-export","config":{}}""");

        Assert.Contains(notes, note => note.Where == "config.segment_ids");
        Assert.Contains(notes, note => note.Where == "config.email_field");
    }
}
