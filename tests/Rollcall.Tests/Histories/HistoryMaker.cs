using Rollcall.Simulators;

namespace Rollcall.Tests.Histories;

/// <summary>Makes a random history from a seed.</summary>
internal static class HistoryMaker
{
    private const int MostSteps = 9;

    private static readonly string[] KillWords = ["commit", "file", "request", "answer"];
    private static readonly string[] Malformed = ["", "nonsense", "two@@example.com", "no one@example.com"];

    public static History Make(int seed)
    {
        var random = new Random(seed);
        var two = random.Next(3) == 0;
        var exit = random.Next(8) switch { 0 or 1 => "ignore", 2 or 3 => "unsubscribe", _ => "remove" };
        List<HistoryJob> jobs = [Job(random, "one", exit, [0, 1])];
        if (two)
        {
            jobs.Add(Job(random, "two", exit, [2]));
        }

        var audiences = two ? 3 : 2;
        List<(int Person, int Book)> there = [.. Enumerable.Range(0, History.People.Count).Where(_ => random.Next(3) == 0).Select(p => (p, random.Next(History.Books)))];
        List<Step> steps = [.. Enumerable.Range(0, audiences).Select(a => Audience(random, a))];
        var count = random.Next(3, MostSteps);
        var runs = 0;
        for (var i = 0; i < count; i++)
        {
            var step = AStep(random, jobs.Count, audiences, there);
            runs += step is RunOf ? 1 : 0;
            steps.Add(step);
        }

        if (jobs.FindIndex(j => j.Comeback != "no") is >= 0 and var asking && random.Next(3) > 0)
        {
            steps.InsertRange(random.Next(audiences, steps.Count + 1), Comeback(random, asking, jobs[asking], there));
            runs++;
        }

        if (runs == 0)
        {
            steps.Insert(audiences, Run(random, jobs.Count, there));
        }

        return new History
        {
            Seed = seed,
            Account = Account(random),
            Jobs = jobs,
            There = there,
            Steps = steps,
        };
    }

    /// <summary>What resubscribing is for: someone leaves, and enters an audience on a later day.</summary>
    private static IEnumerable<Step> Comeback(Random random, int job, HistoryJob asking, List<(int Person, int Book)> there)
    {
        var (audience, book) = asking.Mapping[0];
        var person = there.Count > 0 && random.Next(2) == 0 ? there[random.Next(there.Count)].Person : random.Next(History.People.Count);
        var others = Audience(random, audience).Rows.Where(r => PlainModel.Key(r.Email) != PlainModel.Key(History.People[person])).ToList();
        yield return new OtherHand(random.Next(3) switch { 0 => Deed.Bounces, 1 when asking.TriggerJoin => Deed.LeavesBook, _ => Deed.LeavesAccount }, person, book);
        if (random.Next(2) == 0)
        {
            yield return new AudienceIs(audience, others);
            yield return new RunOf(job, Way.Whole, [], null, []);
        }

        if (random.Next(5) > 0)
        {
            yield return new TimePasses(TimeSpan.FromHours(random.Next(20, 60)));
        }

        yield return new AudienceIs(audience, [.. others, (History.People[person], 1)]);
        yield return Run(random, job + 1, there) with { Job = job };
        if (random.Next(2) == 0)
        {
            yield return new OtherHand(Deed.Confirms, person, book);
        }
    }

    private static SimulatorOptions Account(Random random) => new()
    {
        ImportLatency = random.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(random.Next(1, 20)),
        ImportLatencyPerContact = TimeSpan.Zero,
        DeletionLatency = TimeSpan.FromSeconds(random.Next(3)),
        ListSuppression = (ListSuppression)random.Next(2),
        SuppressedInImport = (SuppressedInImport)random.Next(2),
        PatchJoins = random.Next(2) == 0,
        DoubleOptIn = random.Next(4) == 0 ? (DoubleOptIn)random.Next(1, 3) : DoubleOptIn.None,
        SlowImport = random.Next(10) == 0 ? random.Next(1, 4) : null,
        SlowImportDelay = TimeSpan.FromHours(random.Next(1, 5)),
        WatchdogImport = random.Next(10) == 0 ? random.Next(1, 4) : null,
        FailedImport = random.Next(10) == 0 ? random.Next(1, 4) : null,
        AppliedBeforeRejection = random.Next(4),
        FeedDelay = random.Next(5) == 0 ? TimeSpan.FromMinutes(random.Next(1, 90)) : TimeSpan.Zero,
        FeedLoss = random.Next(6) == 0 ? 0.3 : 0,
        FeedInDays = random.Next(4) == 0,
        FeedUnordered = random.Next(2) == 0,
        ListShowsSubscribedOnly = random.Next(4) == 0,
        LowLimit = random.Next(5) == 0 ? 15 : 600,
        ChallengeAnyway = random.Next(4) == 0,
        ClockOffset = random.Next(4) == 0 ? TimeSpan.FromMinutes(random.Next(-90, 90)) : TimeSpan.Zero,
    };

    private static HistoryJob Job(Random random, string tag, string exit, int[] audiences)
    {
        List<(int, int)> mapping = [.. audiences.Select((a, i) => (a, random.Next(3) == 0 ? random.Next(History.Books) : i % History.Books))];
        if (random.Next(3) == 0)
        {
            mapping.Add((audiences[0], 1));
        }

        return new HistoryJob(
            tag,
            [.. mapping.Distinct()],
            exit,
            random.Next(4) switch { 0 => "off", 1 => "full", _ => "auto" },
            random.Next(8) == 0,
            random.Next(3) == 0,
            random.Next(2) == 0 ? "v2" : "v3",
            ExitExisting: random.Next(5) == 0,
            RecreateDeleted: random.Next(5) == 0,
            RestoreRemoved: random.Next(4) == 0,
            random.Next(6) switch { 0 => "with a challenge", 1 or 2 => "without", _ => "no" },
            MembersToo: random.Next(3) == 0);
    }

    private static Step AStep(Random random, int jobs, int audiences, List<(int, int)> there) => random.Next(13) switch
    {
        0 or 1 or 2 => Audience(random, random.Next(audiences)),
        3 or 4 or 5 => Hand(random),
        6 => new TimePasses(random.Next(3) switch { 0 => TimeSpan.FromMinutes(random.Next(1, 10)), 1 => TimeSpan.FromHours(random.Next(1, 30)), _ => TimeSpan.FromDays(random.Next(1, 40)) }),
        7 => random.Next(3) == 0 ? new ClockIsWrong(random.Next(2) == 0 ? TimeSpan.FromHours(-1) : TimeSpan.Zero) : new PlanOf(random.Next(jobs)),
        8 => random.Next(3) == 0 ? new ReconcileOf(random.Next(jobs)) : random.Next(2) == 0 ? new Forgets(random.Next(History.People.Count)) : Hand(random),
        _ => Run(random, jobs, there),
    };

    private static RunOf Run(Random random, int jobs, List<(int Person, int Book)> there) => new(
        random.Next(jobs),
        random.Next(5) == 0 ? (Way)random.Next(1, 5) : Way.Whole,
        [.. Enumerable.Range(0, Math.Max(0, random.Next(-2, 4))).Select(_ => AFault(random))],
        random.Next(2) == 0 ? (KillWords[random.Next(KillWords.Length)], random.Next(1, 22)) : null,
        [.. Enumerable.Range(0, Math.Max(0, random.Next(-1, 4))).Select(_ => Meanwhile(random, there))]);

    /// <summary>Half of what happens during a run is what is hardest: someone leaves a book about when an import names it.</summary>
    private static (int, OtherHand) Meanwhile(Random random, List<(int Person, int Book)> there)
    {
        if (there.Count == 0 || random.Next(2) == 0)
        {
            return (random.Next(1, 25), Hand(random));
        }

        var (person, book) = there[random.Next(there.Count)];
        return (random.Next(8, 15), new OtherHand(Deed.LeavesBook, person, book));
    }

    private static Fault AFault(Random random)
    {
        var operation = random.Next(6) switch
        {
            0 => "importContacts",
            1 => "getImportStatus",
            2 => "addContactToAddressBook",
            3 => "deleteContactsFromAddressBook",
            _ => null,
        };
        return new Fault
        {
            Operation = operation,
            Occurrence = random.Next(1, operation is null ? 25 : 3),
            Times = random.Next(5) == 0 ? random.Next(2, 12) : 1,
            Kind = (FaultKind)random.Next(3),
            Status = random.Next(3) switch { 0 => 429, 1 => 503, _ => operation == "getImportStatus" ? 404 : 500 },
        };
    }

    private static OtherHand Hand(Random random) => new(
        random.Next(16) switch
        {
            < 5 => Deed.LeavesBook,
            < 7 => Deed.LeavesAccount,
            7 => Deed.Bounces,
            8 => Deed.Complains,
            9 => Deed.ComesBackToBook,
            10 => Deed.ComesBackToAccount,
            11 or 12 => Deed.IsTakenOutOfBook,
            13 => Deed.IsDeleted,
            _ => Deed.Confirms,
        },
        random.Next(History.People.Count),
        random.Next(History.Books));

    private static AudienceIs Audience(Random random, int audience)
    {
        List<(string, int)> rows = [];
        if (random.Next(12) > 0)
        {
            foreach (var person in History.People.Where(_ => random.Next(2) == 0))
            {
                var spend = random.Next(4);
                rows.Add((random.Next(6) == 0 ? " " + person.ToUpperInvariant() : person, spend));
                if (random.Next(10) == 0)
                {
                    rows.Add((person, spend));
                }
            }

            if (random.Next(4) == 0)
            {
                rows.Add((Malformed[random.Next(Malformed.Length)], 1));
            }
        }

        return new AudienceIs(audience, rows);
    }
}
