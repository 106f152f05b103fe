using Microsoft.Extensions.Logging;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Running;

/// <summary>What the steps of one run share.</summary>
internal sealed class RunContext
{
    public required Job Job { get; init; }

    public required Workplace Workplace { get; init; }

    public required string RunId { get; init; }

    public required DataFolder Folder { get; init; }

    public required IStore Store { get; init; }

    public required IJournal Journal { get; init; }

    /// <summary>Leases of the ledger that a plan reads; null in a run, which alone writes its ledger.</summary>
    public LedgerLeases? Leases { get; init; }

    /// <summary>The ledger's current generation; none for a job that never ran.</summary>
    public KeptLedger Ledger =>
        (Leases is { } leases ? leases.Of(Job.Tag) : Store.Ledgers.Of(Job.Tag)) ?? new KeptLedger(Job.Tag, Client.Account.Id, null, 0, 0);

    /// <summary>Its rows, as a relation.</summary>
    public string LedgerRelation => LedgerFiles.Relation(Folder, Ledger.Folder);

    public required OptOuts OptOuts { get; init; }

    public required RunDatabase Db { get; init; }

    public required DotdigitalClient Client { get; init; }

    public required ILogger Log { get; init; }

    /// <summary>
    /// Since when somebody without a row in the ledger may have been wanted, ms since 1970: people who are new now entered then at the earliest. The
    /// run's moment, unless earlier runs were killed, held by a guard, or a pilot.
    /// </summary>
    public required long EnteringSince { get; init; }

    /// <summary>Everybody wanted has a row in the ledger now: people who are new to the next run entered then.</summary>
    public void EndEntering() => Store.Jobs.EndEntering(Job.Tag);

    /// <summary>The job's books that exist, and those to be created, by number.</summary>
    public List<RunBook> Books { get; } = [];

    /// <summary>The ids of all books of the account when the run began.</summary>
    public required IReadOnlySet<long> AccountBooks { get; init; }

    /// <summary>Whether a book, of which the ledger or the watch may still tell, is gone from the account: nobody is in it.</summary>
    public bool IsGone(long book) => !AccountBooks.Contains(book) && !Books.Exists(b => b.Id == book);

    /// <summary>What the user should know besides the counts.</summary>
    public List<Finding> Findings { get; } = [];

    /// <summary>Whether something that was wanted could not be done and may be later: findings say so, and what has none is set here.</summary>
    public bool SomethingLeft { get; set; }

    /// <summary>This machine's clock, for waits and time-outs.</summary>
    public TimeProvider Clock => Workplace.Clock;

    /// <summary>Dotdigital's clock. What is kept about people is dated by it alone: this machine's may be wrong.</summary>
    public required ServerClock ServerClock { get; init; }

    /// <summary>The moment by Dotdigital's clock, ms since 1970.</summary>
    public long Now => ServerClock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>What guards hold of some people alone: nothing is sent about them, and the rest of the book goes on.</summary>
    public List<GuardHeld> HeldPeople { get; } = [];

    /// <summary>What guards hold that judge before the plan is made: each names a book, which is then left entirely as it is.</summary>
    public List<GuardHeld> HeldEarly { get; } = [];

    /// <summary>What guards hold that judge while people are settled, before the plan or after it, besides what the plan's verdict has.</summary>
    public IEnumerable<GuardHeld> HeldBeside(GuardVerdict verdict) =>
        HeldEarly.Concat(HeldPeople).Where(h => !verdict.Held.Any(v => v.Guard == h.Guard && v.AddressBookId == h.AddressBookId));

    /// <summary>Guards that the user lets this run pass.</summary>
    public required IReadOnlySet<string> Allow { get; init; }

    public IProgress<RunProgress>? Progress => Workplace.Progress;

    /// <summary>The job's audiences as a relation: <c>audience</c>, an index in <c>segment_ids</c>, and its <c>id</c>.</summary>
    public string Audiences =>
        $"(SELECT * FROM (VALUES {string.Join(", ", Job.Config.SegmentIds.Select((id, i) => $"({i}, {SqlText.Literal(id)})"))}) AS named(audience, id))";

    /// <summary>Writes a query's rows to a durable Parquet file and returns its name.</summary>
    public string Publish(string name, string query) =>
        Folder.Publish(name, path => Db.Execute($"COPY ({query}) TO {SqlText.Literal(path)} (FORMAT parquet)"));

    /// <summary>The rows of a Parquet file of the data folder, as a relation.</summary>
    public string Rows(string file) => $"read_parquet({SqlText.Literal(Folder.Full(file))})";

    /// <summary>Writes the manifest of the delivery that is to be prepared next.</summary>
    public string PublishManifest(string query) => Publish($"manifests/{RunId}/{Store.Deliveries.NextNumber:D5}.parquet", query);

    /// <summary>Keeps what was found, once, and logs it.</summary>
    /// <param name="atOnce">Whether the work that it leaves counts from now on; if not, the caller sees to it later, once the entries are recorded.</param>
    public void Report(Finding finding, bool atOnce = true)
    {
        SomethingLeft |= atOnce && finding.LeavesWork;
        if (!Findings.Contains(finding))
        {
            Findings.Add(finding);
            var level = finding.Severity == Severity.Note ? LogLevel.Information : LogLevel.Warning;
            Log.Log(level, "{Finding}", Workplace.Words?.Invoke(finding, Job.Path) ?? finding.ToString());
        }
    }
}
