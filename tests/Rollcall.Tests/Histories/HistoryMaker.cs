namespace Rollcall.Tests.Histories;

/// <summary>Makes a random history from a seed.</summary>
internal static class HistoryMaker
{
    private const int MostSteps = 8;

    public static History Make(int seed)
    {
        var (random, sources) = (new Random(seed), new Random(~seed));
        var account = AccountMaker.Make(random);
        var two = random.Next(3) == 0;
        var remakes = random.Next(10) == 0;
        var keyed = random.Next(3) == 0;
        var exit = random.Next(8) switch { 0 or 1 => "ignore", 2 or 3 => "unsubscribe", _ => "remove" };
        List<HistoryJob> jobs = [Job(random, "one", exit, [0, 1], keyed, remakes)];
        if (two)
        {
            jobs.Add(Job(random, "two", exit, [2], keyed && random.Next(2) == 0, remakes));
        }

        jobs = [.. jobs.Select(j => j with { FromLytics = sources.Next(5) == 0 })];
        var audiences = two ? 3 : 2;
        var people = Enumerable.Range(0, History.People.Count);
        List<(int Person, int Book)> there = [.. people.Where(_ => random.Next(3) == 0).Select(p => (p, random.Next(History.Books)))];
        var rows = new RowMaker(random, account, keyed);
        var runs = new RunMaker(random, there, remakes);
        List<Step> steps = [.. Enumerable.Range(0, audiences).Select(rows.Audience)];
        var now = jobs.ToList();
        var count = random.Next(3, MostSteps);
        for (var i = 0; i < count; i++)
        {
            steps.AddRange(Steps(random, now, audiences, rows, runs));
        }

        if (jobs.FindIndex(j => j.Comeback != "no") is >= 0 and var asking && random.Next(3) > 0)
        {
            steps.InsertRange(random.Next(audiences, steps.Count + 1), Comeback(random, asking, jobs[asking], there, rows, runs));
        }

        if (!steps.Any(s => s is RunOf or SideBySide))
        {
            steps.Insert(audiences, runs.Run(jobs.Count));
        }

        return new History { Seed = seed, Account = account, Jobs = jobs, There = there, Steps = steps };
    }

    /// <summary>What resubscribing is for: someone leaves, and enters an audience on a later day.</summary>
    private static IEnumerable<Step> Comeback(Random random, int job, HistoryJob asking, List<(int Person, int Book)> there, RowMaker rows, RunMaker runs)
    {
        var (audience, book) = asking.Mapping[0];
        var person = there.Count > 0 && random.Next(2) == 0 ? there[random.Next(there.Count)].Person : random.Next(History.People.Count);
        var others = rows.Audience(audience).Rows.Where(r => PlainModel.Key(r.Email) != PlainModel.Key(History.People[person])).ToList();
        var leaves = random.Next(3) switch
        {
            0 => AccountAction.Bounces,
            1 when asking.TriggerJoin => AccountAction.LeavesBook,
            _ => AccountAction.LeavesAccount,
        };
        yield return new AtDotdigital(leaves, person, book);
        if (random.Next(2) == 0)
        {
            yield return new AudienceIs(audience, others);
            yield return new RunOf(job, Way.Whole, [], null, []);
        }

        if (random.Next(5) > 0)
        {
            yield return new TimePasses(TimeSpan.FromHours(random.Next(20, 60)));
        }

        yield return new AudienceIs(audience, [.. others, new HistoryRow(History.People[person], History.Keys[person], 1, "")]);
        yield return runs.Run(job + 1) with { Job = job };
        if (random.Next(2) == 0)
        {
            yield return new AtDotdigital(AccountAction.Confirms, person, book);
        }
    }

    private static HistoryJob Job(Random random, string tag, string exit, int[] audiences, bool keyed, bool byName)
    {
        List<(int, int)> mapping = [.. audiences.Select((a, i) => (a, random.Next(3) == 0 ? random.Next(History.Books) : i % History.Books))];
        if (random.Next(3) == 0)
        {
            mapping.Add((audiences[0], 1));
        }

        return new HistoryJob
        {
            Tag = tag,
            Mapping = [.. mapping.Distinct()],
            Exit = exit,
            Verify = random.Next(4) switch { 0 => "off", 1 => "full", _ => "auto" },
            VerifiedOptIn = random.Next(10) == 0,
            TriggerJoin = random.Next(3) == 0,
            DirectApi = random.Next(2) == 0 ? "v2" : "v3",
            ExitExisting = random.Next(6) == 0,
            RecreateDeleted = random.Next(5) == 0,
            RestoreRemoved = random.Next(4) == 0,
            Comeback = random.Next(7) switch { 0 => "with a challenge", 1 or 2 => "without", _ => "no" },
            MembersToo = random.Next(3) == 0,
            Keyed = keyed,
            Insight = random.Next(4) == 0,
            ByName = byName || random.Next(4) == 0,
        };
    }

    private static IEnumerable<Step> Steps(Random random, List<HistoryJob> jobs, int audiences, RowMaker rows, RunMaker runs)
    {
        switch (random.Next(18))
        {
            case < 4:
                yield return rows.Audience(random.Next(audiences));
                break;
            case < 8:
                yield return runs.AnyAction();
                break;
            case 8:
                yield return new TimePasses(random.Next(3) switch
                {
                    0 => TimeSpan.FromMinutes(random.Next(1, 10)),
                    1 => TimeSpan.FromHours(random.Next(1, 30)),
                    _ => TimeSpan.FromDays(random.Next(1, 40)),
                });
                break;
            case 9:
                yield return random.Next(2) == 0 ? runs.Clock() : new PlanOf(random.Next(jobs.Count));
                break;
            case 10:
                yield return random.Next(3) == 0 ? new ReconcileOf(random.Next(jobs.Count))
                    : random.Next(2) == 0 ? new Forgets(random.Next(History.People.Count)) : runs.AnyAction();
                break;
            case 11 when random.Next(2) == 0:
                foreach (var step in Edit(random, jobs, runs))
                {
                    yield return step;
                }

                break;
            case 12 when random.Next(2) == 0:
                yield return new SideBySide(runs.Run(jobs.Count) with { Kill = null }, runs.Run(jobs.Count) with { Kill = null, Faults = [], Meanwhile = [] });
                break;
            default:
                yield return runs.Run(jobs.Count);
                break;
        }
    }

    /// <summary>A job's file is edited between runs; what was removed from it may be released.</summary>
    private static IEnumerable<Step> Edit(Random random, List<HistoryJob> jobs, RunMaker runs)
    {
        var at = random.Next(jobs.Count);
        var was = jobs[at];
        if (was.Mapping.Count > 1 && random.Next(2) == 0)
        {
            var dropped = was.Mapping[random.Next(was.Mapping.Count)];
            jobs[at] = was with { Mapping = [.. was.Mapping.Where(m => m != dropped)] };
            yield return new JobIsEdited(at, jobs[at]);
            if (random.Next(2) == 0)
            {
                yield return runs.Run(jobs.Count) with { Job = at, Way = Way.Whole, Release = dropped };
            }

            yield break;
        }

        var (audience, book) = (was.Mapping[0].Audience, random.Next(History.Books));
        jobs[at] = random.Next(4) switch
        {
            0 => was with { RestoreRemoved = !was.RestoreRemoved },
            1 => was with { Verify = "full" },
            2 => was with { TriggerJoin = !was.TriggerJoin },
            _ => was with { Mapping = [.. was.Mapping.Append((audience, book)).Distinct()] },
        };
        yield return new JobIsEdited(at, jobs[at]);
    }
}
