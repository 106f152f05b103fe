using Rollcall.Jobs;
using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Jobs;

public sealed class JobFileTests
{
    [Fact]
    public void Every_key_arrives_where_it_belongs()
    {
        var folder = RepositoryFiles.Cases("valid");

        var job = JobFile.Read(Path.Combine(folder, "every-key.yaml"), Some.Environment);

        Assert.Equal("loyalty-books", job.Tag);
        Assert.Equal("Loyalty audiences to Dotdigital", job.Label);
        Assert.Equal("Who bought, and from where", job.Description);
        Assert.Equal(new JobAuthorization(null, new Credentials("apiuser@example.com", Some.Password, new Uri("http://127.0.0.1:9400"))), job.Authorization);
        var source = Assert.IsType<TablesSourceOptions>(job.Source);
        Assert.Equal(Path.Combine(folder, "data", "chinook.sqlite"), source.Database);
        Assert.Equal("data/chinook.sqlite", source.DatabaseName);
        Assert.Equal(["big_spenders", "brazil", "everyone"], source.Audiences.Keys);
        Assert.Equal(new AudienceQuery(null, "Customer", "Country = 'Brazil'"), source.Audiences["brazil"]);
        Assert.Equal(new AudienceQuery(null, "Customer", null), source.Audiences["everyone"]);
        Assert.StartsWith("SELECT c.Email AS email", source.Audiences["big_spenders"].Sql, StringComparison.Ordinal);
        Assert.Equal(
            [
                new SegmentMapping("big_spenders", new BookTarget(1234, null)),
                new SegmentMapping("brazil", new BookTarget(null, "Brazil", true, BookVisibility.Private)),
                new SegmentMapping("everyone", new BookTarget(99, null)),
                new SegmentMapping("brazil", new BookTarget(4711, null)),
            ],
            job.Config.SegMappings);
        Assert.Equal([new FieldMapping("first_name", "FIRSTNAME"), new FieldMapping("total", "LIFETIME_SPEND")], job.Config.Mappings);
        Assert.Equal(("email", "dm_contact_id", "customer_id"), (job.Config.EmailField, job.Config.IdField, job.Config.KeyField));
        Assert.Equal(
            (EmailType.Html, OptInType.Single, ExitAction.Remove, true),
            (job.Config.EmailType, job.Config.OptInType, job.Config.ExitAction, job.Config.SyncStatus));
        Assert.Equal(["total"], job.Config.FieldChanges);
        Assert.Equal(new ScheduleOptions("0 * * * *", false, null, "Europe/London", new QuietHours(new TimeOnly(22, 0), 8)), job.Schedule);
        Assert.Equal(new FileSinkOptions(Path.Combine(folder, "status.jsonl")), job.StatusSink);
        Assert.Equal(new GuardOptions(), job.Guards);
        Assert.Equal((OnMissingField.Clear, MergeOption.OverwriteIfEmpty, true, Verify.Full, TimeSpan.FromHours(12)),
            (job.OnMissingField, job.MergeOption, job.CreateMissingFields, job.Verify, job.VerifyEvery));
    }

    [Fact]
    public void Lytics_arrives_as_source_and_as_sink_and_its_token_is_not_shown()
    {
        var job = JobFile.Read(Path.Combine(RepositoryFiles.Cases("valid"), "lytics.yaml"), Some.Environment);

        Assert.Equal(new LyticsSourceOptions(new LyticsAccess(Some.Password, new Uri("https://api.lytics.io"), "1234")), job.Source);
        Assert.Equal(new LyticsSinkOptions(new LyticsAccess(Some.Password, new Uri("http://127.0.0.1:9500"), null), "my_status"), job.StatusSink);
        Assert.Equal(["big_spenders", "4b1c0e2f8a7d"], job.Config.SegmentIds);
        Assert.Equal(("Lytics at api.lytics.io", "the stream my_status of Lytics at 127.0.0.1:9500"), (job.Source.ToString(), job.StatusSink!.ToString()));
        Assert.DoesNotContain(Some.Password, job.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_left_out_of_Lytics_has_its_default()
    {
        var job = JobFile.Parse(
            Some.Job.Replace(
                "  tables:\n    database: shop.sqlite\n    audiences:\n      buyers: SELECT email FROM buyers\n",
                "  lytics: {token: \"${PASSWORD}\"}\n",
                StringComparison.Ordinal)
                + "status_sink: {lytics: {token: \"${PASSWORD}\"}}\n",
            "/jobs/job.yaml",
            Some.Environment);

        var access = new LyticsAccess(Some.Password, new Uri("https://api.lytics.io"), null);
        Assert.Equal(new LyticsSourceOptions(access), job.Source);
        Assert.Equal(new LyticsSinkOptions(access, "dotmailer_export_status"), job.StatusSink);
    }

    [Fact]
    public void The_profiles_sink_is_a_file_next_to_the_job()
    {
        var folder = RepositoryFiles.Cases("valid");

        Assert.Equal(
            new ProfilesSinkOptions(Path.Combine(folder, "status", "profiles.parquet")),
            JobFile.Read(Path.Combine(folder, "profiles.yaml"), Some.Environment).StatusSink);
    }

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var job = JobFile.Parse(Some.Job, "/jobs/job.yaml", _ => null);

        var expected = new Job
        {
            Tag = "some-job",
            Label = "some-job",
            Path = "/jobs/job.yaml",
            Authorization = new JobAuthorization("prod", null),
            Source = new TablesSourceOptions
            {
                Database = "/jobs/shop.sqlite",
                DatabaseName = "shop.sqlite",
                Audiences = new Dictionary<string, AudienceQuery> { ["buyers"] = new("SELECT email FROM buyers", null, null) },
            },
            Config = new ExportConfig
            {
                SegmentIds = ["buyers"],
                SegMappings = [new SegmentMapping("buyers", new BookTarget(1234, null))],
                EmailField = "email",
            },
        };
        Same.Job(expected, job);
    }

    [Fact]
    public void Its_documented_defaults_are_its_defaults()
    {
        var lines = JobKeys.Root.Keys
            .Where(key => key.Default is not null && key.Name != "label")
            .Select(key => $"{key.Name}: {key.Default}\n");
        var guards = JobKeys.Root.Keys.Single(key => key.Name == "guards").Shape as GroupShape;
        var written = string.Concat(lines)
            + $"guards: {{{string.Join(", ", guards!.Keys.Select(key => $"{key.Name}: {key.Default}"))}}}\nbudget: {{share: 1.0}}\n";
        var config = JobConfigKeys.Config.Keys.Where(key => key.Default is not null).Select(key => $"  {key.Name}: {key.Default}\n");

        var job = JobFile.Parse(Some.Job + string.Concat(config) + written, "/jobs/job.yaml", _ => null);

        Same.Job(JobFile.Parse(Some.Job, "/jobs/job.yaml", _ => null), job);
    }

    [Fact]
    public void Files_keep_their_order_their_types_and_absolute_paths()
    {
        var folder = RepositoryFiles.Cases("valid");

        var source = (TablesSourceOptions)JobFile.Read(Path.Combine(folder, "files.yaml"), Some.Environment).Source;

        Assert.Equal(["profiles", "orders", "visits", "points", "events"], source.Files.Keys);
        Assert.Equal(Path.Combine(folder, "data", "orders-*.parquet"), source.Files["orders"].Path);
        Assert.Equal("/exports/points.tsv", source.Files["points"].Path);
        Assert.Equal(("|", "windows-1252"), (source.Files["visits"].Delimiter, source.Files["visits"].Encoding));
        Assert.Equal(new Dictionary<string, string> { ["visits"] = "integer", ["last"] = "date" }, source.Files["visits"].Types);
        Assert.Equal("\t", source.Files["points"].Delimiter);
        Assert.Null(source.Database);
    }

    [Fact]
    public void A_database_url_has_one_spelling_and_a_name_without_its_password()
    {
        var job = JobFile.Read(Path.Combine(RepositoryFiles.Cases("valid"), "postgres.yaml"), Some.Environment);

        var source = (TablesSourceOptions)job.Source;
        Assert.Equal($"postgres://reader:{Some.Password}@db.example.com:5432/shop?sslmode=require", source.Database);
        Assert.Equal("postgres://db.example.com:5432/shop", source.DatabaseName);
        Assert.Equal(new PostgresSinkOptions($"postgres://writer:{Some.Password}@db.example.com/shop", "marketing.status_events"), job.StatusSink);
        Assert.Equal(new DateTimeOffset(2027, 1, 31, 9, 0, 0, TimeSpan.FromHours(-5)), job.Schedule!.At);
        Assert.Equal(new GuardOptions { MaxExitPercent = null, MaxMails = null, MaxMoves = null, EmptyAudience = EmptyAudience.Allow }, job.Guards);
        Assert.Null(job.VerifyEvery);
    }

    [Fact]
    public void No_record_of_a_job_shows_a_secret_as_text()
    {
        var job = JobFile.Read(Path.Combine(RepositoryFiles.Cases("valid"), "postgres.yaml"), Some.Environment);

        Assert.DoesNotContain(
            Some.Password,
            $"{job} {job.Source} {job.StatusSink} {job.Authorization} {job.Authorization.Credentials}",
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_reference_may_stand_unquoted_between_braces()
    {
        var job = JobFile.Read(Path.Combine(RepositoryFiles.Cases("valid"), "references.yaml"), Some.Environment);

        Assert.Equal(Some.Password, job.Authorization.Credentials!.Password);
        Assert.Equal(4711, job.Config.SegMappings[0].Book.Id);
        Assert.Equal("SELECT email FROM people WHERE note <> '${kept}' AND book = 4711", ((TablesSourceOptions)job.Source).Audiences["buyers"].Sql);
    }

    [Theory]
    [InlineData("x}: {y", "pa\"ss: #word")]
    [InlineData("a\n  endpoint: https://evil.example.com", "${PASSWORD}")]
    public void What_the_environment_holds_is_never_read_as_yaml(string user, string password)
    {
        var text = Some.Job.Replace("authorization: prod", "authorization: {username: ${U}, password: ${P}}", StringComparison.Ordinal);

        var job = JobFile.Parse(text, "/jobs/job.yaml", name => name == "U" ? user : password);

        Assert.Equal(new Credentials(user, password, null), job.Authorization.Credentials);
    }

    [Fact]
    public void A_problem_found_later_reports_the_position_of_its_key()
    {
        var job = JobFile.Parse(Some.Job, "/jobs/job.yaml", _ => null);

        Assert.Equal("job.yaml:10:19 config.seg_mappings[0].buyers", job.Where("config.seg_mappings[0].buyers"));
        Assert.Equal("job.yaml:8:1 config.mappings[3]", job.Where("config.mappings[3]"));
        Assert.Equal("job.yaml guards", job.Where("guards"));
    }

    [Fact]
    public void A_warning_stops_nothing_and_is_kept()
    {
        var job = JobFile.Parse(Some.Job + "status_sink: {file: status.jsonl}\n", "/jobs/job.yaml", _ => null);

        Assert.Equal(
            [new Problem("nothing goes there while config.sync_status is false.", "job.yaml:12:1 status_sink", "Set it to true.", Severity.Warning)],
            job.Warnings);
    }

    [Fact]
    public void A_password_in_the_file_is_warned_of_unless_it_is_for_this_machine()
    {
        static Job With(string more) => JobFile.Parse(
            Some.Job.Replace("authorization: prod", $"authorization: {{username: a, password: hunter2{more}}}", StringComparison.Ordinal),
            "/jobs/job.yaml",
            _ => null);

        Assert.Empty(With(", endpoint: http://localhost:9400").Warnings);
        Assert.Equal(
            "job.yaml:2:30 authorization.password: the password stands in the file."
                + " Write ${NAME} and set it in the environment, or store it with rollcall auth add.",
            Assert.Single(With("").Warnings).ToString());
    }

    [Fact]
    public void A_missing_file_a_folder_and_a_huge_file_are_distinguished()
    {
        var folder = Directory.CreateTempSubdirectory("rollcall-job-").FullName;
        try
        {
            var huge = Path.Combine(folder, "huge.yaml");
            using (var stream = File.Create(huge))
            {
                stream.SetLength(4L * JobSyntax.MaxLength + 1);
            }

            var large = Path.Combine(folder, "large.yaml");
            File.WriteAllText(large, "# " + new string('x', JobSyntax.MaxLength));

            Assert.Equal(
                $"{folder}/none.yaml: there is no such file. rollcall init writes a job file to begin with.",
                Wrong(Path.Combine(folder, "none.yaml")));
            Assert.Equal(
                $"{folder}/none/none.yaml: there is no such file. rollcall init writes a job file to begin with.",
                Wrong(Path.Combine(folder, "none", "none.yaml")));
            Assert.Equal($"{Path.GetFileName(folder)}: is a folder, not a job file.", Wrong(folder));
            Assert.Equal("huge.yaml: is too large for a job file. Is it the data?", Wrong(huge));
            Assert.Equal("large.yaml:1:1: the file is too large for a job file: more than 4 MB. Is it the data?", Wrong(large));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Wrong(string path) => Assert.Throws<RollcallException>(() => JobFile.Read(path, _ => null)).Message;
}
