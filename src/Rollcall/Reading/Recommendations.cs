using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Reading;

/// <summary>
/// Asks the platform what it recommends to people who enter or are updated, and puts it into the data fields they are sent. Who could not be asked about is
/// delivered without; the ledger keeps no hash of their values, so that the next run updates them, and asks again.
/// </summary>
/// <param name="dataFields">The account's data fields by name.</param>
internal sealed class Recommendations(RunContext run, IReadOnlyDictionary<string, DataFieldType> dataFields)
{
    private const int AtOnce = 2_000;

    /// <summary>Nobody waits longer than this for what others are recommended.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    /// <summary>Makes the table of failures, empty.</summary>
    public const string Create = "CREATE OR REPLACE TABLE recommend_failed(kh UBIGINT, member_key VARCHAR, email VARCHAR, audience VARCHAR, reason VARCHAR)";

    /// <summary>Fills <c>recommended</c> and <c>recommend_failed</c>, and changes what <c>changed</c> sends.</summary>
    public async Task AskAsync(CancellationToken cancellation)
    {
        if (!run.Job.AsksForRecommendations)
        {
            return;
        }

        run.Db.Execute($"""
            CREATE OR REPLACE TABLE asked AS
            SELECT row_number() OVER (ORDER BY kh, member_key) - 1 AS n, * FROM (
                SELECT v.kh, v.member_key, any_value(v.email) AS email, min(c.audience) AS audience
                FROM changed v JOIN change c ON c.kh = v.kh AND c.member_key = v.member_key
                WHERE (c.action IN ('{ChangeAction.Update}', '{ChangeAction.Move}') AND {Holds.NotHeld}
                    OR c.action IN ('{ChangeAction.Enter}', '{ChangeAction.Resubscribe}') AND {Holds.MayEnter}) AND {Holds.NotUnderWay}
                GROUP BY v.kh, v.member_key);
            """);
        if (run.Db.Number("SELECT count(*) FROM asked") is > 0 and var people)
        {
            await using var recommender = run.Workplace.PlatformOf(run.Job.Source).Recommender(run.Job);
            await AskAsync(recommender, people, cancellation);
            Fill();
            Owe();
            run.Db.Execute("UPDATE changed SET fields_hash = NULL FROM recommend_failed f WHERE f.kh = changed.kh AND f.member_key = changed.member_key");
            if (run.Db.Number("SELECT count(*) FROM recommend_failed") is > 0 and var failed)
            {
                run.Report(Findings.SentWithoutRecommendations(failed, run.Db.Query("SELECT mode(reason) FROM recommend_failed", r => r.GetString(0))[0]),
                    atOnce: false);
            }
        }

        run.Db.Execute("DROP TABLE asked");
    }

    private async Task AskAsync(IRecommender recommender, long people, CancellationToken cancellation)
    {
        run.Db.Execute("CREATE OR REPLACE TABLE answered(n BIGINT, items VARCHAR, reason VARCHAR)");
        var began = run.Clock.GetTimestamp();
        for (var from = 0L; from < people && run.Clock.GetElapsedTime(began) < Patience; from += AtOnce)
        {
            var emails = run.Db.Query($"SELECT email FROM asked WHERE n >= {from} AND n < {from + AtOnce} ORDER BY n", r => r.GetString(0));
            using var appender = run.Db.Connection.CreateAppender("answered");
            var answers = 0L;
            await foreach (var answer in recommender.RecommendAsync(emails, RecommendationTable.Most(run.Job.Config), cancellation))
            {
                appender.CreateRow().AppendValue(from + answer.Person).AppendValue(answer.Items).AppendValue(answer.Failure).EndRow();
                if (++answers % 100 == 0)
                {
                    run.Progress?.Report(new RunProgress("recommend", from + answers, people, "members"));
                }
            }
        }

        run.Db.Execute("""
            INSERT INTO recommended SELECT a.kh, a.member_key, w.items FROM asked a JOIN answered w USING (n) WHERE w.items IS NOT NULL;
            INSERT INTO recommend_failed SELECT a.kh, a.member_key, a.email, a.audience, coalesce(w.reason, 'Those before them took an hour.') FROM asked a
            LEFT JOIN answered w USING (n) WHERE w.items IS NULL;
            DROP TABLE answered;
            """);
    }

    /// <summary>Adds the data fields that recommendations fill to what is sent, and lists what does not fit.</summary>
    private void Fill()
    {
        var mappings = RollMapping.OfRecommendations(run.Job.Config, dataFields, keeps: false);
        if (mappings.Count == 0)
        {
            return;
        }

        var fields = new RollFields(mappings, run.Job.OnMissingField);
        var columns =
            mappings.Select(mapping => mapping.Column).Distinct().ToDictionary(name => name, name => new Column(name, "JSON"), StringComparer.Ordinal);
        List<string> given = ["kh", "member_key", "email", "audience"], texts = ["*"], values = ["*"];
        fields.AddColumns(columns, given, texts, values);
        var people = "(SELECT a.kh, a.member_key, a.email, a.audience FROM asked a SEMI JOIN recommended r ON r.kh = a.kh AND r.member_key = a.member_key)";
        run.Db.Execute($"""
            CREATE OR REPLACE TEMP TABLE filled AS
            SELECT kh, member_key, email, audience, {fields.Fields(_ => true, columns)} AS fields, {fields.LeftOut(columns, [])} AS left_out
            FROM (SELECT {string.Join(", ", values)} FROM (SELECT {string.Join(", ", texts)}
                FROM (SELECT {string.Join(", ", given)} FROM {RecommendedColumns.Joined(run.Job.Config, people, "member_key")})));

            UPDATE changed SET fields = concat_ws(',', nullif(changed.fields, ''), f.fields) FROM filled f WHERE f.kh = changed.kh
                AND f.member_key = changed.member_key AND f.fields <> '';

            INSERT INTO value_left_out
            SELECT n.audience, NULL, l.email, l.field, l.data_field, l.reason
            FROM ({fields.LeftOutRows("email, audience", "filled WHERE left_out IS NOT NULL", [])}) l
            JOIN {run.Audiences} AS n ON n.id = l.audience;

            DROP TABLE filled;
            """);
    }

    /// <summary>
    /// What becomes insight data only once its people are delivered is on the disk before anybody is: a run that is cut off after that would not ask again.
    /// </summary>
    private void Owe()
    {
        if (run.Job.Config.InsightRecommendations)
        {
            var owed = InsightTables.Owed(run);
            owed.Replace(
                $"""
                SELECT kh, member_key, CAST(items AS VARCHAR) AS items
                FROM recommended UNION ALL
                SELECT o.kh, o.member_key, o.items
                FROM {owed.Relation} o
                ANTI JOIN recommended r ON r.kh = o.kh AND r.member_key = o.member_key
                """);
        }
    }
}
