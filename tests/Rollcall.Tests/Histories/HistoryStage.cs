using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Running;
using Rollcall.Simulators;
using Rollcall.TestKit;
using Rollcall.Tests.Lytics;

namespace Rollcall.Tests.Histories;

/// <summary>Runs one history through the engine against a simulated account, and compares the result with the plain model.</summary>
internal sealed partial class HistoryStage : IAsyncDisposable
{
    private static readonly RunOptions AllowAll = new()
    {
        Allow = new HashSet<string> { "exits", "enters", "mails", "moves", "empty", "watchdog", "rejects", "missing", "deleted", "optouts" },
    };

    private readonly History _history;
    private readonly TwoClocks _clocks;
    private readonly DotdigitalSimulator _simulator;
    private readonly SocketsHttpHandler _sockets = new() { AllowAutoRedirect = false };
    private readonly ScriptedLytics _lytics = new();
    private readonly PlainModel _model;
    private readonly List<int> _books = [];
    private readonly List<List<int>> _everyBook = [];
    private readonly string _folder;
    private readonly List<string> _told = [];

    private HistoryStage(History history, TwoClocks clocks, DotdigitalSimulator simulator)
    {
        _history = history;
        _clocks = clocks;
        _simulator = simulator;
        _model = new PlainModel(history);

        // Memory, where there is such a folder: a history flushes its files hundreds of times.
        _folder = Directory.Exists("/dev/shm")
            ? Directory.CreateDirectory($"/dev/shm/rollcall-{Guid.NewGuid():N}").FullName
            : Directory.CreateTempSubdirectory("rollcall-").FullName;
    }

    /// <summary>The events, to analyse a failure.</summary>
    public IReadOnlyList<string> Told => _told;

    private SimulatedAccount Account => _simulator.Account;

    public static async Task<HistoryStage> SetAsync(History history)
    {
        var clocks = new TwoClocks();
        var account = history.Account with
        {
            UserName = Some.Username,
            Password = Some.Password,
            Clock = clocks.Theirs,
            RequestLogFile = Environment.GetEnvironmentVariable("ROLLCALL_HISTORY_LOG"),
        };
        var simulator = await DotdigitalSimulator.StartAsync(account);
        var stage = new HistoryStage(history, clocks, simulator);
        stage._books.AddRange(Enumerable.Range(0, History.Books).Select(b => simulator.Account.AddBook($"Book {b}")));
        history.Jobs.SelectMany(j => j.Audiences).ToList().ForEach(a => stage._lytics.Audiences[Name(a)] = []);
        stage._everyBook.AddRange(stage._books.Select(id => new List<int> { id }));
        simulator.Account.AddDataField("SPEND", "Numeric");
        simulator.Account.AddDataField("NOTE");
        foreach (var person in history.There.GroupBy(t => t.Person))
        {
            simulator.Account.AddContact(History.People[person.Key], person.Select(t => stage._books[t.Book]));
            foreach (var (who, book) in person)
            {
                stage._model.IsThere(History.People[who], book);
            }
        }

        // They were there long before: lists that lag show them.
        clocks.Pass(account.ListDelay);

        return stage;
    }

    /// <summary>Runs all steps, then every job until everything has finished. Returns the problem; null when there is none.</summary>
    public async Task<string?> PlayAsync()
    {
        foreach (var step in _history.Steps)
        {
            var wrong = await PlayAsync(step);
            lock (_model)
            {
                _model.Look(Account, _books, _clocks.Theirs.GetUtcNow());
                wrong ??= Words(_model.NeverRight(Account, _books, _everyBook));
            }

            if (wrong is not null)
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
                _model.AudienceIs(audience.Audience, audience.Rows);
                return null;
            case TimePasses time:
                _clocks.Pass(time.Time);
                return null;
            case ClockIsWrong or AtDotdigital:
                Do(step);
                return null;
            case JobIsEdited edit:
                _model.Edited(edit.Job, edit.Becomes);
                return null;
            case PlanOf plan:
                return await PlanAsync(_model.Job(plan.Job));
            case ReconcileOf reconcile:
                return await ReconcileAsync(_model.Job(reconcile.Job));
            case Forgets forgets:
                return Forget(History.People[forgets.Person]);
            case RunOf run:
                return await WithFaultsAsync(run, () => RunAsync(_model.Job(run.Job), OptionsOf(run), run, mayFail: MayFail(run), mayBeBusy: false));
            case SideBySide two:
                Task<string?> Run(RunOf run) => RunAsync(_model.Job(run.Job), OptionsOf(run), run, mayFail: MayFail(two.First), mayBeBusy: true);
                return await WithFaultsAsync(two.First, async () => Words((await Task.WhenAll(Run(two.First), Run(two.Second))).OfType<string>()));
            default:
                throw new InvalidOperationException($"No such step: {step}");
        }
    }

    private async Task<string?> WithFaultsAsync(RunOf run, Func<Task<string?>> act)
    {
        Account.AddFaults(run.Faults);
        var wrong = await act();
        Account.ClearFaults();
        return wrong;
    }

    /// <summary>
    /// After the last event there are no more faults: two quiet runs, the time for which people are watched passes, and one run after it.
    /// </summary>
    private async Task<string?> EndAsync()
    {
        _clocks.Wrong = TimeSpan.Zero;
        Account.Options = AccountMaker.Kind(Account.Options);
        var (writes, jobs) = (0, Enumerable.Range(0, _history.Jobs.Count).Select(_model.Job).ToList());
        TimeSpan[] pauses = [TimeSpan.FromHours(12), TimeSpan.FromHours(26), TimeSpan.FromDays(8), TimeSpan.FromHours(1)];
        for (var round = 1; round <= pauses.Length; round++)
        {
            _clocks.Pass(pauses[round - 1]);
            _model.Look(Account, _books, _clocks.Theirs.GetUtcNow());
            writes = WriteCalls();
            foreach (var job in jobs)
            {
                if (await RunAsync(job, AllowAll, null, mayFail: false, mayBeBusy: false) is { } stopped)
                {
                    return $"at the end, round {round}: {stopped}";
                }
            }

            if (round == pauses.Length - 1 && writes == WriteCalls())
            {
                break;
            }
        }

        _told.AddRange(_model.Excused(Account, _books));
        _model.Look(Account, _books, _clocks.Theirs.GetUtcNow());
        return Words(_model.NeverRight(Account, _books, _everyBook).Concat(_model.Broken(Account, _books))) is { } broken ? "at the end: " + broken
            : writes != WriteCalls() ? "the last run still writes" : null;
    }

    private static string? Words(IEnumerable<string> wrong) => wrong.ToList() is { Count: > 0 } all ? string.Join("; ", all) : null;

    private int WriteCalls() => Account.Calls.Where(c => !c.Key.StartsWith("get", StringComparison.Ordinal) && c.Key != "unknown").Sum(c => c.Value);

    private async Task<string?> PlanAsync(HistoryJob job)
    {
        var writes = WriteCalls();
        var line = new HistoryLine(this, null);
        var plan = await ExportRun.PlanAsync(JobOf(job), new RunOptions(), Workplace(line, new KillPoint(null)));
        line.Read();
        return writes != WriteCalls() ? "a plan wrote" : AddsUp(plan, job);
    }

    private async Task<string?> ReconcileAsync(HistoryJob job)
    {
        var writes = WriteCalls();
        var line = new HistoryLine(this, null);
        await Reconcile.RunAsync(JobOf(job), Workplace(line, new KillPoint(null)));
        line.Read();
        return writes != WriteCalls() ? "a comparison with the books wrote" : null;
    }

    private string? Forget(string email)
    {
        if (!Directory.Exists(Path.Combine(_folder, "data")))
        {
            return null;
        }

        try
        {
            Rollcall.Operations.Forget.Run(email, Path.Combine(_folder, "data"), _ => null);
            _model.Forgotten(email);
        }
        catch (RollcallException e) when (e.ExitCode == ExitCode.Busy)
        {
            _told.Add(e.Message);
        }

        return null;
    }

    private Workplace Workplace(HistoryLine line, KillPoint kill) => new()
    {
        DataFolder = Path.Combine(_folder, "data"),
        Credentials = a => a.Credentials!,
        Clock = _clocks.Ours,
        Logs = NullLoggerFactory.Instance,
        Checkpoint = kill.Pass,
        Http = line,
        Platform = _lytics.Platform(),
    };

    public async ValueTask DisposeAsync()
    {
        await _simulator.DisposeAsync();
        _sockets.Dispose();
        _lytics.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
