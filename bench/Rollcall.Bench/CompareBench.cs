using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Comparing;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Planning;
using Rollcall.Reading;
using Rollcall.Running;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Bench;

/// <summary>Compare and plan with 7 % changed, against the bare DuckDB join of the same tables with the same memory and threads.</summary>
internal static class CompareBench
{
    public static async Task<int> RunAsync(long members, string folder)
    {
        var job = JobFile.Parse(BenchData.Job(folder, "http://127.0.0.1:1", ""), Path.Combine(folder, "job.yaml"), _ => null);
        var data = new DataFolder(Path.Combine(folder, "compare"));
        using var store = Stores.Open(data);
        using var db = new RunDatabase(data.RunFolder("bench"), CancellationToken.None);
        var server = new ServerClock(TimeProvider.System, TimeProvider.System.GetUtcNow());
        var run = new RunContext
        {
            Allow = new HashSet<string>(),
            Job = job,
            Workplace = new Workplace
            {
                DataFolder = data.Root,
                Credentials = a => a.Credentials!,
                Clock = TimeProvider.System,
                Logs = NullLoggerFactory.Instance,
            },
            RunId = "bench",
            Folder = data,
            Store = store,
            Journal = store.Journal(job.Tag, 1, TimeProvider.System),
            OptOuts = new OptOuts(store.OptOuts(1), server),
            ServerClock = server,
            Db = db,
            Client = null!,
            Log = NullLogger.Instance,
            EnteringSince = 0,
            AccountBooks = new HashSet<long> { 1, 2 },
        };
        run.Books.AddRange([new RunBook(0, 1, "Everyone"), new RunBook(1, 2, "Tenth")]);
        var account = new Account { Id = 1, Endpoint = new Uri("http://127.0.0.1:1") };
        var destination = new Destination(account, run.Books, [], [(0, 0), (1, 1)], DiscardingServer.Fields, [], [], [], [])
        {
            AllBooks = run.AccountBooks,
        };
        var reading = System.Diagnostics.Stopwatch.GetTimestamp();
        var audiences = await new RollCall(run).ReadAsync(destination, adopts: false, mayBeEmpty: false, CancellationToken.None);
        var read = System.Diagnostics.Stopwatch.GetElapsedTime(reading);
        LedgerOf(db, data, "ledger");
        run.OptOuts.CopyTo(db, [1, 2]);
        db.Execute(Holds.Create);
        db.Execute("CREATE TABLE there(kh UBIGINT, member_key VARCHAR, book_id BIGINT, contact_id BIGINT)");
        Moves.None(db);
        var ledger = LedgerFiles.Relation(data, "ledger");
        var rows = db.Number($"SELECT count(*) FROM {ledger}");

        var bare = Measure.Time(() => db.Number($"""
            SELECT count(*) FILTER (r.fields_hash IS DISTINCT FROM l.fields_hash)
            FROM roll r FULL OUTER JOIN {ledger} l ON l.member_key = r.member_key AND l.book_id = r.audience + 1
            """));
        Measure.ResetPeak();
        PlannedWork? work = null;
        PlanCost? cost = null;
        var ours = Measure.Time(() =>
        {
            var counts = new Comparison(db).Run(
                new ComparisonInput(ledger, rows, "opt_out", "there", destination.Mapping, run.Books, job.Config.SegmentIds),
                null,
                CancellationToken.None);
            work = Planner.Plan(run, destination, audiences, counts, new RunOptions());
            cost = Planner.Cost(run, work);
            Planner.First(run);
        });

        Measure.Row("read and sort the roll", $"{read.TotalSeconds:N1} s, {audiences.Counts.Sum(c => c.Rows) / read.TotalSeconds:N0} rows/s");
        Measure.Row("bare join of roll and ledger", $"{bare.Wall.TotalSeconds:N1} s (cpu {bare.Cpu.TotalSeconds:N1} s)");
        var updates = work!.Counts.Of(0, "update") + work.Counts.Of(1, "update");
        Measure.Row(
            "compare and plan",
            $"{ours.Wall.TotalSeconds:N1} s (cpu {ours.Cpu.TotalSeconds:N1} s)"
            + $" = {ours.Wall / bare.Wall:N1} x the bare join (cpu {ours.Cpu / bare.Cpu:N1} x);"
            + $" peak {Measure.Peak()}; {updates:N0} updates, {cost!.Removals:N0} exits");
        Measure.Bar(
            "compare and plan",
            $"{ours.Wall / bare.Wall:N1} x the bare join",
            ours.Wall <= 4 * bare.Wall || members < 10_000_000,
            "at most 4 x, from 10 million on");
        Measure.Bar("peak", Measure.Peak(), Measure.PeakMegabytes() <= 1_500, "at most 1,500 MB");
        return Measure.Code;
    }

    /// <summary>A ledger of the roll in which 7 % differ: 6 % other values, half a percent missing, half a percent no longer wanted.</summary>
    public static void LedgerOf(RunDatabase db, DataFolder data, string generation, bool same = false)
    {
        Directory.CreateDirectory(data.Full(generation));
        var change = same ? "false" : "kh % 100 < 6";
        var rows = $"""
            SELECT kh, member_key, audience + 1 AS book_id, email, profile_key, (row + 1000000000)::BIGINT AS contact_id,
                   'delivered' AS state, 0::BIGINT AS since, 'ours' AS origin,
                   CASE audience WHEN 0 THEN 'everyone' ELSE 'tenth' END AS audience,
                   CASE WHEN {change} THEN fields_hash + 1 ELSE fields_hash END AS fields_hash,
                   'Delivered' AS outcome, 'Reported' AS code, 'Dotdigital reported the contact as written.' AS reason, 0::BIGINT AS outcome_at,
                   'Subscribed' AS account_status, 'Subscribed' AS book_status, 0::BIGINT AS entered_at
            FROM roll {(same ? "" : "WHERE kh % 200 <> 12")}
            """;
        var gone = same
            ? ""
            : """
            UNION ALL
            SELECT kh + 1, 'gone-' || member_key, book_id, 'gone-' || email, profile_key, contact_id, state, since, origin, audience,
                   fields_hash, outcome, code, reason, outcome_at, account_status, book_status, entered_at
            FROM l WHERE kh % 200 = 13
            """;
        foreach (var (slice, i) in KeySlice.For(db.Number("SELECT count(*) FROM roll")).Select((s, i) => (s, i)))
        {
            var file = data.Full($"{generation}/{i:D4}.parquet");
            db.Execute($"""
                COPY (
                    WITH l AS ({rows} {(same ? "WHERE" : "AND")} {slice.Where()})
                    SELECT * FROM (SELECT * FROM l {gone}) ORDER BY kh
                ) TO '{file}' (FORMAT parquet)
                """);
        }
    }
}
