using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Planning;

/// <summary>Changes + config -> plan: applies the guards, and adds up what the plan costs. Sends nothing.</summary>
internal static class Planner
{
    private const int FirstOfEachKind = 10;

    public static PlannedWork Plan(RunContext run, Destination destination, AudiencesRead read, ComparisonCounts counts, RunOptions options)
    {
        var records = new ImportRecords(run.Job);
        var lost = HoldExits(run, destination, read, counts, options);
        var loads = run.Books.Select(b => Load(run, destination, read, counts, b)).Select(l => options.IsLimited ? Pilot.Load(run, l) : l).ToList();
        var direct = new DirectEntries(run);
        if (direct.FirstRunInBulk)
        {
            run.Report(Findings.FirstRunInBulk());
        }

        var moves = run.Db.Number("SELECT count(*) FROM move m WHERE NOT EXISTS (SELECT 1 FROM under_way u WHERE u.kh = m.kh AND u.member_key = m.member_key)");

        // What a guard holds in one book mails nobody; who lets it pass learns now what would hold next.
        var books = Guards.Judge(run.Job, loads, 0, options.Allow, early: run.HeldEarly).Books;
        var unheld = books.Count == 0 ? 0 : Asked(records, Mails(run, records, direct.Cost()));
        Hold(run, books);
        var mails = Mails(run, records, direct.Cost());
        var verdict = Guards.Judge(run.Job, loads, Asked(records, mails), options.Allow, moves, run.HeldEarly);
        if (run.Job.Guards.MaxMails is { } most && unheld > most && !options.Allow.Contains("mails") && verdict.Held.All(held => held.Guard != "mails"))
        {
            run.Report(Findings.MailsHeldNext(unheld, most));
        }

        verdict = verdict with { Held = [.. run.HeldPeople, .. verdict.Held] };
        Releases.SayHeld(run, verdict);
        Hold(run, verdict.Run ? run.Books.Select(b => b.No) : []);
        return new PlannedWork(read, lost, counts, verdict, records, direct, verdict.Run ? new PlanMails(0, 0, 0) : mails, verdict.Run ? 0 : moves);
    }

    /// <summary>The mails that the job itself asks for.</summary>
    private static long Asked(ImportRecords records, PlanMails mails) =>
        mails.Joins + mails.Challenges + (records.FirstEntryMails ? mails.ConfirmationsAtMost : 0);

    private static void Hold(RunContext run, IEnumerable<int> books)
    {
        foreach (var book in books)
        {
            run.Db.Execute($"INSERT INTO held_book VALUES ({book})");
        }
    }

    /// <summary>
    /// Each single add fires a join action at most, and makes the account ask people it does not know to confirm; so does a verified double opt-in, which
    /// the job asks for.
    /// </summary>
    private static PlanMails Mails(RunContext run, ImportRecords records, DirectCost direct) =>
        new(direct.Adds,
            records.FirstEntryMails
                ? run.Db.Number(
                    $"""
                    SELECT count(*) FROM changed c
                    WHERE c.contact_id IS NULL AND NOT EXISTS (SELECT 1 FROM change r WHERE r.action = '{ChangeAction.Resubscribe}' AND r.kh = c.kh
                        AND r.member_key = c.member_key)
                    """)
                : direct.Unknown,
            ConsentCost.Challenges(run));

    /// <summary>Nobody exits a book on the strength of an audience that was not read completely.</summary>
    private static HashSet<int> HoldExits(RunContext run, Destination destination, AudiencesRead read, ComparisonCounts counts, RunOptions options)
    {
        var lost = new HashSet<int>();
        foreach (var book in options.IsPilot ? run.Books : [])
        {
            run.Db.Execute($"INSERT INTO exits_held VALUES ({book.No}, '{ReasonCode.NotInPilot}', 'Nobody exits in a pilot.')");
        }

        foreach (var (audience, book) in destination.Mapping)
        {
            if (read.Counts[audience].Reading.HoldExits is { } why)
            {
                run.Db.Execute($"INSERT INTO exits_held VALUES ({book}, 'ExitsHeld', 'The audience was not read completely.')");

                // Rejected rows are counted as Invalid; others who are missing may come with the next reading.
                var leaves = counts.Of(book, ChangeAction.Exit) > 0 || read.Counts[audience].Reading.Rejected.Count == 0;
                run.Report(Findings.ExitsWaitForAudience(run.Books[book].Name, run.Job.Config.SegmentIds[audience], why, leaves));
            }
        }

        foreach (var (audience, book) in destination.Mapping)
        {
            if (LostRows.HoldExits(run, read, counts, audience, book, options))
            {
                lost.Add(audience);
            }
        }

        foreach (var taken in counts.Verdicts.Where(v => v.Action == ChangeAction.TakenOut).GroupBy(v => (v.Book, v.KnownBy)))
        {
            run.Report(Findings.AudienceNoLongerMapped(taken.Sum(v => v.Members), run.Books[taken.Key.Book].Name, taken.Key.KnownBy));
        }

        return lost;
    }

    private static BookLoad Load(RunContext run, Destination destination, AudiencesRead read, ComparisonCounts counts, RunBook book)
    {
        var exits = counts.Verdicts.Where(v => v.Book == book.No && v.Action == ChangeAction.Exit).Sum(v => v.Ours);
        var held = run.Db.Number($"SELECT count(*) FROM exits_held WHERE book_no = {book.No}") > 0;
        var empty =
            destination.Mapping.Where(m => m.Book == book.No && read.IsNewlyEmpty(m.Audience)).Select(m => run.Job.Config.SegmentIds[m.Audience]).ToList();
        return new BookLoad(book, counts.Of(book.No, ChangeAction.Enter) + counts.Of(book.No, ChangeAction.Resubscribe), held ? 0 : exits,
            counts.Delivered.GetValueOrDefault(book.No), counts.TwiceRejected(book.No), empty)
        {
            Rejected = [.. destination.Mapping.Where(m => m.Book == book.No).Select(m => LostRows.Of(run, read, m.Audience))],
        };
    }

    /// <summary>What the work costs, in calls, bytes and mails.</summary>
    public static PlanCost Cost(RunContext run, PlannedWork work)
    {
        var (records, direct, moves) = (work.Records, work.Direct, work.Moves);
        var (bytes, imports) = (0L, 0L);
        foreach (var lane in records.Lanes)
        {
            var (n, size) = (0L, 0L);
            foreach (var slice in KeySlice.For(run.Db.Number("SELECT count(*) FROM changed")))
            {
                var measured =
                    run.Db.Query(records.Measure(work.ImportPairs, slice, lane),
                        r => (r.GetInt64(0), Convert.ToInt64(r.GetValue(1).ToString(), System.Globalization.CultureInfo.InvariantCulture)))[0];
                n += measured.Item1;
                size += measured.Item2;
            }

            if (n > 0)
            {
                var bodies = (size + DotdigitalLimits.ImportBodyBytes - 1) / DotdigitalLimits.ImportBodyBytes;
                imports += bodies;
                bytes += size - bodies + (bodies * (records.Head.Length + records.Tail.Length));
            }
        }

        // Each new address is looked up, before the plan and before it is given to the contact, which is read then and read back.
        var moveImports = (moves + ImportRecords.MovesAtOnce - 1) / ImportRecords.MovesAtOnce;
        var removals = run.Job.Config.ExitAction == ExitAction.Remove
            ? run.Db.Query($"SELECT count(*), book_no FROM change c WHERE {Holds.Removable} GROUP BY book_no",
                r => (Leaving: r.GetInt64(0), Book: r.GetFieldValue<ushort>(1)))
            : [];

        // And a look at who left: at each person, or the pages of the book.
        var removalCalls = removals.Sum(n => ((n.Leaving + DotdigitalLimits.RemovalBatch - 1) / DotdigitalLimits.RemovalBatch)
            + Math.Min(n.Leaving, 1 + (Math.Max(0, work.Counts.Delivered.GetValueOrDefault(n.Book) - n.Leaving) / DotdigitalLimits.PageV3)));
        var single = direct.Cost();
        var (resubscribes, unsubscribes) = (ConsentCost.Resubscribes(run), ConsentCost.Unsubscribes(run));
        var creations = run.Books.Count(b => b.Id is null);
        // Before: account, books, fields, time and the feeds. After each import the feeds of its books; at the end the account's and the books'.
        var reads = 4 + ((run.Books.Count + 1) * (imports + single.Adds + resubscribes > 0 ? 2 : 1)) + (imports * run.Books.Count);
        return new PlanCost
        {
            Imports = imports + moveImports,
            Moves = moves,
            ImportBytes = bytes,
            DirectAdds = single.Adds,
            Removals = removals.Sum(n => n.Leaving),
            Unsubscribes = unsubscribes,
            Resubscribes = resubscribes,
            ApiCalls = imports + moveImports + (4 * moves) + single.Adds + single.LookUps + removalCalls + creations + reads
                + ConsentCost.Calls(run, resubscribes, unsubscribes),
            Mails = work.Mails,
            Creates = new PlanCreations(
                [.. run.Books.Where(b => b.Id is null && !work.Verdict.Run && !work.Verdict.Books.Contains(b.No)).Select(b => b.Name)],
                work.Verdict.Run ? [] : [.. work.Read.NewFields.Select(field => new PlannedField(field.Key, field.Value.ToString()))]),
        };
    }

    /// <summary>The first rows of each kind of change.</summary>
    public static List<PlannedChange> First(RunContext run)
    {
        // Each kind's first rows are picked alone: a sort that keeps ten rows reads the rest by their key hash only.
        string Of(int place, string condition) =>
            $"""
            (SELECT {place} AS place, c.kh, c.book_no, c.action, coalesce(c.email, c.member_key) AS email, c.audience FROM change c WHERE {condition}
                ORDER BY c.kh, c.book_no LIMIT {FirstOfEachKind})
            """;
        List<string> kinds =
            [.. new[] { ChangeAction.Enter, ChangeAction.Resubscribe, ChangeAction.Update,
                ChangeAction.Move }.Select((action, i) => Of(i, $"c.action = '{action}' AND {Holds.NotHeld} AND {Holds.NotUnderWay}"))];
        if (run.Job.Config.ExitAction != ExitAction.Ignore)
        {
            kinds.Add(Of(kinds.Count, Holds.Removable));
        }

        return run.Db.Query(
            $"""
            SELECT f.action, f.email, f.audience, b.book_id
            FROM ({string.Join(" UNION ALL ", kinds)}) f
            JOIN book b USING (book_no)
            ORDER BY f.place, f.kh, f.book_no
            """,
            r => new PlannedChange(r.GetString(0), r.GetString(1), r.GetString(2), r.IsDBNull(3) ? null : r.GetInt64(3)));
    }
}
