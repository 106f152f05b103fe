using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Jobs;
using Rollcall.Simulators;
using Rollcall.TestKit;

namespace Rollcall.Tests.Histories;

/// <summary>Plays one history through the engine against a simulated account, and asks the plain model whether all is as it must be.</summary>
internal sealed class HistoryStage : IAsyncDisposable
{
    private static readonly RunOptions AllowAll = new() { Allow = new HashSet<string> { "exits", "enters", "mails", "moves", "empty", "watchdog" } };
    private static readonly string[] Writes = ["importContacts", "deleteContactsFromAddressBook", "unsubscribeFromAddressBook", "addContactToAddressBook", "importContact", "resubscribeToAddressBook", "resubscribeToAddressBookWithNoChallenge", "deleteContactFromAddressBook"];

    private readonly History history;
    private readonly TwoClocks clocks;
    private readonly DotdigitalSimulator simulator;
    private readonly SocketsHttpHandler sockets = new() { AllowAutoRedirect = false };
    private readonly PlainModel model;
    private readonly List<int> books = [];
    private readonly string folder;
    private readonly List<string> told = [];
    private readonly HashSet<string> unfinished = [];

    private HistoryStage(History history, TwoClocks clocks, DotdigitalSimulator simulator)
    {
        this.history = history;
        this.clocks = clocks;
        this.simulator = simulator;
        model = new PlainModel(history);

        // Memory, where there is such a folder: a history flushes its files hundreds of times.
        folder = Directory.Exists("/dev/shm") ? Directory.CreateDirectory($"/dev/shm/rollcall-{Guid.NewGuid():N}").FullName : Directory.CreateTempSubdirectory("rollcall-").FullName;
    }

    /// <summary>Kills that struck.</summary>
    public int Kills { get; private set; }

    public int Runs { get; private set; }

    /// <summary>What happened, for whoever has to understand a failure.</summary>
    public IReadOnlyList<string> Told => told;

    private SimulatedAccount Account => simulator.Account;

    public static async Task<HistoryStage> SetAsync(History history)
    {
        var clocks = new TwoClocks();
        var simulator = await DotdigitalSimulator.StartAsync(history.Account with { UserName = Some.Username, Password = Some.Password, Clock = clocks.Theirs });
        var stage = new HistoryStage(history, clocks, simulator);
        stage.books.AddRange(Enumerable.Range(0, History.Books).Select(b => simulator.Account.AddBook($"Book {b}")));
        simulator.Account.AddDataField("SPEND", "Numeric");
        foreach (var person in history.There.GroupBy(t => t.Person))
        {
            simulator.Account.AddContact(History.People[person.Key], person.Select(t => stage.books[t.Book]));
            foreach (var (who, book) in person)
            {
                stage.model.IsThere(History.People[who], book);
            }
        }

        return stage;
    }

    /// <summary>Plays all steps, then runs every job until nothing is left to do. Gives what is wrong; null when nothing is.</summary>
    public async Task<string?> PlayAsync()
    {
        foreach (var step in history.Steps)
        {
            if (await PlayAsync(step) is { } wrong)
            {
                return $"{step}: {wrong}";
            }
        }

        return await EndAsync();
    }

    private async Task<string?> PlayAsync(Step step)
    {
        switch (step)
        {
            case AudienceIs audience:
                model.AudienceIs(audience.Audience, audience.Rows);
                return null;
            case TimePasses time:
                clocks.Pass(time.Time);
                model.Look(Account, books, clocks.Theirs.GetUtcNow());
                return null;
            case ClockIsWrong clock:
                clocks.Wrong = clock.By;
                return null;
            case OtherHand hand:
                Do(hand);
                return null;
            case PlanOf plan:
                return await PlanAsync(history.Jobs[plan.Job]);
            case ReconcileOf reconcile:
                return await ReconcileAsync(history.Jobs[reconcile.Job]);
            case Forgets forgets:
                return Forget(History.People[forgets.Person]);
            case RunOf run:
                Account.AddFaults(run.Faults);
                var wrong = await RunAsync(history.Jobs[run.Job], OptionsOf(run.Way), run, mayFail: run.Faults.Count > 0);
                Account.ClearFaults();
                return wrong;
            default:
                throw new InvalidOperationException($"No such step: {step}");
        }
    }

    private async Task<string?> EndAsync()
    {
        clocks.Wrong = TimeSpan.Zero;
        Account.Options = Account.Options with { WatchdogImport = null, FailedImport = null };
        for (var round = 1; ; round++)
        {
            // What waits for a day, for a late feed or a slow import, comes to its end.
            clocks.Pass(TimeSpan.FromDays(2));
            model.Look(Account, books, clocks.Theirs.GetUtcNow());
            var writes = WriteCalls();
            foreach (var job in history.Jobs)
            {
                if (await RunAsync(job, AllowAll, null, mayFail: false) is { } wrong)
                {
                    return $"at the end, round {round}: {wrong}";
                }
            }

            if (WriteCalls() == writes)
            {
                var broken = model.Broken(Account, books).ToList();
                return broken.Count == 0 ? null : "at the end: " + string.Join("; ", broken);
            }

            if (round == 5)
            {
                return "the fifth run in a row still writes";
            }
        }
    }

    private int WriteCalls() => Account.Calls.Where(c => Writes.Contains(c.Key)).Sum(c => c.Value);

    private async Task<string?> PlanAsync(HistoryJob job)
    {
        var writes = WriteCalls();
        var plan = await ExportRun.PlanAsync(JobOf(job), new RunOptions(), Workplace(null, new KillPoint(null)));
        model.WentOn();
        return writes != WriteCalls() ? "a plan wrote" : AddsUp(plan, job);
    }

    private async Task<string?> ReconcileAsync(HistoryJob job)
    {
        var writes = WriteCalls();
        await Reconcile.RunAsync(JobOf(job), Workplace(null, new KillPoint(null)));
        model.WentOn();
        return writes != WriteCalls() ? "a comparison with the books wrote" : null;
    }

    private string? Forget(string email)
    {
        if (!Directory.Exists(Path.Combine(folder, "data")))
        {
            return null;
        }

        try
        {
            Rollcall.Forget.Run(email, Path.Combine(folder, "data"), _ => null);
            model.Forgotten(email);
        }
        catch (RollcallException e) when (e.ExitCode == ExitCode.Busy)
        {
            told.Add(e.Message);
        }

        return null;
    }

    private async Task<string?> RunAsync(HistoryJob job, RunOptions options, RunOf? step, bool mayFail)
    {
        Runs++;
        var began = clocks.Theirs.GetUtcNow();
        model.Runs(job, began, options);
        unfinished.Add(job.Tag);
        var kill = new KillPoint(step?.Kill);
        try
        {
            var result = await ExportRun.ExecuteAsync(JobOf(job), options, Workplace(step, kill));
            model.WentOn();
            told.Add($"{job.Tag}: {result.State} {result.ExitCode} {string.Join(' ', result.Notices)} {string.Join(' ', result.Failures.Select(f => $"[{f.Email} {f.AddressBookId} {f.Operation} {f.Outcome} {f.Code}]"))}");
            if (kill.Struck)
            {
                return "the run went on after it was killed";
            }

            if (result.ExitCode == ExitCode.Done)
            {
                if (step is null or { Way: Way.Whole })
                {
                    model.Finished(job, Account, books);
                }

                // What a job left that was cut short, only its own next run puts right.
                unfinished.Remove(job.Tag);
                if (!mayFail && unfinished.Count == 0 && model.OptOutsBroken(Account, books).ToList() is { Count: > 0 } broken)
                {
                    return "after a run: " + string.Join("; ", broken);
                }
            }

            return AddsUp(result, job);
        }
        catch (Exception) when (kill.Struck)
        {
            Kills++;
            model.Killed(job, began);
            told.Add($"{job.Tag}: killed at {step!.Kill}");
            return null;
        }
        catch (RollcallException e) when (mayFail && e.ExitCode is ExitCode.Dotdigital or ExitCode.SomeNotDelivered)
        {
            model.WentOn();
            told.Add($"{job.Tag}: {e.ExitCode} {e.Message}");
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"the run stopped: {e}";
        }
    }

    private string? AddsUp(RunResult result, HistoryJob job)
    {
        foreach (var audience in result.Audiences)
        {
            if (audience.Members != audience.Entered + audience.Updated + audience.Unchanged + audience.Suppressed + audience.Invalid + audience.Omitted + audience.Held)
            {
                return $"the totals do not add up: {audience}";
            }

            if (audience.Members != model.Rows(job.Audiences.First(a => Name(a) == audience.Id)).Count)
            {
                return $"not all rows are counted: {audience}";
            }
        }

        return null;
    }

    private void Do(OtherHand hand)
    {
        var (email, book) = (History.People[hand.Person], books[hand.Book]);
        if (Account.Contact(email) is not { } contact)
        {
            return;
        }

        BookStatus? inBook = contact.Books.TryGetValue(book, out var status) ? status : null;
        switch (hand.Deed)
        {
            case Deed.LeavesBook when inBook is BookStatus.Subscribed or BookStatus.Pending:
                Account.Unsubscribe(email, book);
                model.LeftBook(email, hand.Book, clocks.Theirs.GetUtcNow());
                break;
            case Deed.LeavesAccount when contact.Status is ContactStatus.Subscribed or ContactStatus.PendingOptIn:
                Account.Unsubscribe(email);
                model.LeftAccount(email, ContactStatus.Unsubscribed, clocks.Theirs.GetUtcNow());
                break;
            case Deed.Bounces when contact.Status == ContactStatus.Subscribed:
                Account.SetStatus(email, ContactStatus.HardBounced);
                model.LeftAccount(email, ContactStatus.HardBounced, clocks.Theirs.GetUtcNow());
                break;
            case Deed.Complains when contact.Status == ContactStatus.Subscribed:
                Account.SetStatus(email, ContactStatus.IspComplained);
                model.LeftAccount(email, ContactStatus.IspComplained, clocks.Theirs.GetUtcNow());
                break;
            case Deed.ComesBackToBook when inBook is not BookStatus.Subscribed:
                Account.Subscribe(email, book);
                model.CameBackToBook(email, hand.Book);
                break;
            case Deed.ComesBackToAccount when contact.Status == ContactStatus.Unsubscribed:
                Account.Subscribe(email);
                model.CameBackToAccount(email);
                break;
            case Deed.IsTakenOutOfBook when inBook is BookStatus.Subscribed or BookStatus.Pending:
                Account.RemoveFromBook(email, book);
                model.WasTakenOut(email, hand.Book);
                break;
            case Deed.IsDeleted:
                Account.DeleteContact(email);
                model.WasDeleted(email);
                break;
            case Deed.Confirms when contact.Status is ContactStatus.Subscribed or ContactStatus.PendingOptIn || (contact.Status == ContactStatus.Unsubscribed && Account.Challenges(email) > 0):
                model.Confirmed(email, contact.Books.Where(b => b.Value is BookStatus.Pending or BookStatus.Challenged).Select(b => books.IndexOf(b.Key)));
                Account.Confirm(email);
                if (contact.Status == ContactStatus.Unsubscribed && Account.Contact(email)!.Status == ContactStatus.Subscribed)
                {
                    model.CameBackToAccount(email);
                }

                foreach (var challenged in contact.Books.Where(b => b.Value == BookStatus.Challenged))
                {
                    model.CameBackToBook(email, books.IndexOf(challenged.Key));
                }

                break;
        }
    }

    private Job JobOf(HistoryJob job)
    {
        foreach (var audience in job.Audiences)
        {
            File.WriteAllText(Path.Combine(folder, Name(audience) + ".csv"), "email,spend\n" + string.Concat(model.Rows(audience).Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Email},{r.Spend}\n"))));
        }

        var names = job.Audiences.Order().Select(Name).ToList();
        return JobFile.Parse(
            $$"""
            tag: {{job.Tag}}
            authorization: {username: {{Some.Username}}, password: {{Some.Password}}, endpoint: "{{simulator.Url}}"}
            source:
              tables:
                files: { {{string.Join(", ", names.Select(n => $"{n}: {n}.csv"))}} }
                audiences: { {{string.Join(", ", names.Select(n => $"{n}: {{from: {n}}}"))}} }
            config:
              segment_ids: [{{string.Join(", ", names)}}]
              seg_mappings: [{{string.Join(", ", job.Mapping.Select(m => $"{{{Name(m.Audience)}: \"{books[m.Book]}\"}}"))}}]
              mappings: [{spend: SPEND}]
              email_field: email
              exit_action: {{job.Exit}}
              trigger_join: {{Word(job.TriggerJoin)}}
              resubscribe: {{Word(job.Comeback == "with a challenge")}}
              resubscribe_no_challenge: {{Word(job.Comeback == "without")}}
            {{(job.VerifiedOptIn ? "  opt_in_type: VerifiedDouble" : "")}}
            resubscribe_members: {{Word(job.MembersToo)}}
            verify: {{job.Verify}}
            direct_api: {{job.DirectApi}}
            exit_existing: {{Word(job.ExitExisting)}}
            recreate_deleted: {{Word(job.RecreateDeleted)}}
            on_foreign_removal: {{(job.RestoreRemoved ? "restore" : "leave")}}
            """,
            Path.Combine(folder, "job.yaml"),
            _ => null);
    }

    private static string Word(bool value) => value ? "true" : "false";

    private static RunOptions OptionsOf(Way way) => way switch
    {
        Way.Only => new RunOptions { Only = [.. History.People.Take(3)] },
        Way.Limit => new RunOptions { Limit = 2 },
        Way.Retry => new RunOptions { Undelivered = true },
        Way.Adopt => new RunOptions { Adopt = AdoptAs.AlreadyThere },
        _ => new RunOptions(),
    };

    private static string Name(int audience) => ((char)('a' + audience)).ToString();

    private Workplace Workplace(RunOf? step, KillPoint kill) => new()
    {
        DataFolder = Path.Combine(folder, "data"),
        Credentials = a => a.Credentials!,
        Clock = clocks.Ours,
        Logs = NullLoggerFactory.Instance,
        Checkpoint = kill.Pass,
        Http = new Line(this, step),
    };

    public async ValueTask DisposeAsync()
    {
        await simulator.DisposeAsync();
        sockets.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Where the process would die: from there on nothing is written, asked or heard any more.</summary>
    private sealed class KillPoint((string Word, int Number)? at)
    {
        private int passed;

        public bool Struck { get; private set; }

        public void Pass(string word)
        {
            if (Struck || (word == at?.Word && Interlocked.Increment(ref passed) == at.Value.Number))
            {
                Struck = true;
                throw new KilledException();
            }
        }
    }

    private sealed class KilledException() : Exception("The process is dead.");

    /// <summary>The line to Dotdigital: other hands are at work before some requests, and the model hears which opt-outs an answer shows.</summary>
    private sealed class Line(HistoryStage stage, RunOf? step) : DelegatingHandler(stage.sockets)
    {
        private int requests;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var number = Interlocked.Increment(ref requests);
            lock (stage.model)
            {
                stage.model.WentOn();
                foreach (var (_, hand) in step?.Meanwhile.Where(m => m.BeforeRequest == number) ?? [])
                {
                    stage.Do(hand);
                }
            }

            stage.clocks.Asked();
            try
            {
                var response = await base.SendAsync(request, cancellationToken);
                await response.Content.LoadIntoBufferAsync(cancellationToken);
                if (response.IsSuccessStatusCode && request.RequestUri!.Segments is { } path && path.Any(p => p is "unsubscribed-since/" or "suppressed-since/"))
                {
                    var book = path.Contains("address-books/") ? stage.books.IndexOf(int.Parse(path[Array.IndexOf(path, "address-books/") + 1].TrimEnd('/'), CultureInfo.InvariantCulture)) : (int?)null;
                    using var feed = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
                    lock (stage.model)
                    {
                        stage.model.Look(stage.Account, stage.books, stage.clocks.Theirs.GetUtcNow());
                        stage.model.Showed(feed.RootElement.EnumerateArray().Select(r => r.GetProperty("suppressedContact").GetProperty("email").GetString()!), book);
                    }
                }

                return response;
            }
            finally
            {
                stage.clocks.Answered();
                lock (stage.model)
                {
                    stage.model.Look(stage.Account, stage.books, stage.clocks.Theirs.GetUtcNow());
                }
            }
        }
    }
}
