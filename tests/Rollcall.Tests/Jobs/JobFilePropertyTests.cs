using System.Text.Json;
using CsCheck;
using Rollcall.Jobs;
using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Jobs;

public sealed class JobFilePropertyTests
{
    private static readonly string Valid = File.ReadAllText(Path.Combine(RepositoryFiles.Cases("valid"), "every-key.yaml"));

    private static readonly Gen<string> Scrap = Gen.OneOf(
        AnyOf(
            "{", "}", "[", "]", ": ", "- ", "\n", "\n  ", "\t", "\"", "'", "#", "&a ", "*a", "!t ", "|", ">", "? ", "---\n", "%", "@", "${",
            "$${", "${PASSWORD}", "null", "~", "\0", "\uFEFF", "\ud800", "\\u12", "\\xzz", "\\uD800", "<<: ", "...\n"),
        Gen.String[0, 5],
        AnyOf([.. JobKeys.Root.Keys.Concat(JobConfigKeys.Config.Keys).Select(key => key.Name + ":")]));

    [Fact]
    public void Random_text_is_a_job_or_a_list_of_problems() =>
        Scrap.Array[0, 40].Select(string.Concat).Sample(OneOrTheOther, iter: 2000);

    [Fact]
    public void A_damaged_job_is_a_job_or_a_list_of_problems() =>
        Gen.Select(Gen.Int[0, Valid.Length - 1], Gen.Int[0, 60], Scrap)
            .Array[1, 4]
            .Select(damages => damages.Aggregate(Valid, (text, damage) =>
            {
                var at = Math.Min(damage.Item1, text.Length);
                return text.Remove(at, Math.Min(damage.Item2, text.Length - at)).Insert(at, damage.Item3);
            }))
            .Sample(OneOrTheOther, iter: 1500);

    [Fact]
    public void What_is_written_is_read()
    {
        var word = Gen.String[Gen.Char.AlphaNumeric, 1, 12];
        var name = Gen.OneOf(word, AnyOf("O'Neil & \"Co\"", "naïve: #1", "${", "日本 {x}", "- no", "null", "true", "0123", "1e5", "😀", "a.b[0]"));
        var text = Gen.OneOf(name, Gen.Const("a\tb\nc"));
        var book = Gen.OneOf<object>(
            Gen.Long[1, 999_999_999_999_999_999].Select(id => (object)id),
            Gen.Select(
                word,
                Gen.Bool,
                Gen.Enum<BookVisibility>(),
                (title, create, visibility) => (object)new { name = "b" + title, create, visibility = visibility.ToString() }));
        var job = Gen.Select(
            Gen.Select(name, text).Array[1, 4].Select(
                pairs => pairs.DistinctBy(pair => pair.Item1).ToDictionary(pair => pair.Item1, pair => pair.Item2)),
            book,
            Gen.Enum<ExitAction>().Where(action => action != ExitAction.Unsubscribe),
            Gen.Enum<MergeOption>(),
            Gen.Bool,
            Gen.OneOf(Gen.Double[0, 100].Select(percent => (double?)percent), Gen.Const((double?)null)), Gen.Double[0.01, 1], Gen.Int[1, 9999]);

        job.Sample(one =>
        {
            var (audiences, target, exit, merge, flag, percent, share, days) = one;
            var written = JsonSerializer.Serialize(new Dictionary<string, object>
            {
                ["tag"] = "round-trip",
                ["authorization"] = "prod",
                ["source"] = new
                {
                    tables = new
                    {
                        database = "x.sqlite",
                        audiences = audiences.ToDictionary(pair => pair.Key, pair => new { from = Escape(pair.Value) }),
                    },
                },
                ["config"] = new
                {
                    segment_ids = audiences.Keys.Select(Escape),
                    seg_mappings = audiences.Keys.Select(id => new Dictionary<string, object> { [id] = target }),
                    email_field = "email",
                    exit_action = exit.ToString().ToLowerInvariant(),
                    backfill_only = flag,
                },
                ["merge_option"] = Snake(merge.ToString()),
                ["guards"] = new { max_exit_percent = (object?)percent ?? "none" },
                ["budget"] = new { share },
                ["verify_every"] = $"{days}d",
            });

            var read = JobFile.Parse(written, "/jobs/job.json", _ => null);

            var source = (TablesSourceOptions)read.Source;
            Assert.Equal(audiences.Keys, read.Config.SegmentIds);
            Assert.Equal(audiences.Select(pair => (pair.Key, pair.Value)), source.Audiences.Select(pair => (pair.Key, pair.Value.From!)));
            Assert.All(read.Config.SegMappings, mapping => Assert.Equal(target is long id ? id : null, mapping.Book.Id));
            Assert.Equal((exit, flag, merge, percent, share, TimeSpan.FromDays(days)),
                (read.Config.ExitAction, read.Config.BackfillOnly, read.MergeOption, read.Guards.MaxExitPercent, read.BudgetShare, read.VerifyEvery));
        }, iter: 300);
    }

    [Fact]
    public void Every_one_of_several_mistakes_is_reported()
    {
        (string Right, string Wrong, string Key)[] slips =
        [
            ("tag: loyalty-books", "tag: Loyalty Books", "tag"),
            ("exit_action: remove", "exit_action: delete", "config.exit_action"),
            ("email_field: email", "email_feild: email", "config.email_feild"),
            ("field_changes: [total]", "field_changes: [totl]", "config.field_changes[0]"),
            ("verify: full", "verify: fully", "verify"),
            ("{share: 1.0}", "{share: 2}", "budget.share"),
            ("max_enter: none", "max_enter: some", "guards.max_enter"),
            ("http://127.0.0.1:9400", "http://api.example.com", "authorization.endpoint"),
            ("{everyone: 99}", "{everyone: 1234}, {everyone: 1234}", "config.seg_mappings[3].everyone"),
            ("\"0 * * * *\"", "\"0 * * *\"", "schedule.cron"),
        ];

        Gen.Shuffle(slips, 1, slips.Length).Sample(chosen =>
        {
            var text = chosen.Aggregate(Valid, (text, slip) => text.Replace(slip.Right, slip.Wrong, StringComparison.Ordinal));

            var wrong = Assert.Throws<RollcallException>(() => JobFile.Parse(text, "/jobs/job.yaml", Some.Environment));

            Assert.All(chosen, slip => Assert.Contains(wrong.Problems, problem => problem.Where!.EndsWith(" " + slip.Key, StringComparison.Ordinal)));
        }, iter: 300);
    }

    [Fact]
    public void Text_without_references_is_left_as_it_is() =>
        Gen.String.Sample(text => Assert.Equal(text, EnvironmentReferences.Expand(Escape(text), _ => null, out _, out _)));

    [Fact]
    public void Distance_is_symmetric_and_nothing_only_between_equals() =>
        Gen.Select(Gen.String[Gen.Char['a', 'c'], 0, 6], Gen.String[Gen.Char['a', 'c'], 0, 6])
            .Sample((one, other) =>
            {
                var distance = Nearest.Distance(one, other, 10);
                Assert.Equal(distance, Nearest.Distance(other, one, 10));
                Assert.Equal(one == other, distance == 0);
                Assert.True(distance <= Math.Max(one.Length, other.Length));
            });

    private static void OneOrTheOther(string text)
    {
        try
        {
            var job = JobFile.Parse(text, "/jobs/job.yaml", Some.Environment);
            Assert.NotEmpty(job.Config.SegmentIds);
        }
        catch (RollcallException wrong)
        {
            Assert.Contains(wrong.Problems, problem => problem.Severity == Severity.Error);
            Assert.All(wrong.Problems, problem => Assert.DoesNotContain('\n', problem.ToString()));
        }
    }

    private static Gen<string> AnyOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static string Escape(string text) => text.Replace("${", "$${", StringComparison.Ordinal);

    private static string Snake(string name) =>
        string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));
}
