using Rollcall.Model;
using Rollcall.Store;
using Xunit;

namespace Rollcall.Tests.Store;

/// <summary>What every store guarantees, however it is implemented. After each step another process, with its own connection, must see it.</summary>
public abstract partial class StoreCompliance : IDisposable
{
    private const string Tag = "letters";
    private const string Other = "shop";
    private const long Account = 1001;
    private const long Book = 7;

    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private readonly List<IStore> _opened = [];

    /// <summary>One more connection to the same store.</summary>
    private protected abstract IStore Open();

    /// <summary>Makes a file of the store.</summary>
    private protected abstract void Publish(string name);

    private IStore Store
    {
        get
        {
            var store = Open();
            _opened.Add(store);
            return store;
        }
    }

    private IJournal Journal(string tag = Tag) => Store.Journal(tag, Account, TimeProvider.System);

    private IOptOuts OptOuts => Store.OptOuts(Account);

    private IWatch Watch => Store.Watch(Tag, Account);

    [Fact]
    public void A_job_is_remembered_and_what_it_has_done_stays()
    {
        Assert.Null(Store.Jobs.Find(Tag));
        Store.Jobs.Remember(new JobNow(Tag, Account, "/a.yaml", "remove"), 5, 3);
        Store.Jobs.Remember(new JobNow(Tag, Account, "/b.yaml", "ignore"), 9, 8);
        Assert.Equal(new KeptJob(Tag, Account, "/b.yaml", null, false, false, 3, 5, null, null, null), Store.Jobs.Find(Tag));

        Store.Jobs.EndEntering(Tag);
        Store.Jobs.EndFirstRun(Tag);
        Store.Jobs.EndBackfill(Tag);
        Store.Jobs.Verified(Tag, 11);
        Store.Jobs.Keep(Tag, JobTable.Owed, "owed.parquet");
        Assert.Equal(new KeptJob(Tag, Account, "/b.yaml", null, true, true, null, 11, null, "owed.parquet", null), Store.Jobs.Find(Tag));

        Store.Jobs.Remember(new JobNow(Tag, Account, "/b.yaml", "ignore"), 12, 8);
        Assert.Equal((12, 11), (Store.Jobs.Find(Tag)!.EnteringSince, Store.Jobs.Find(Tag)!.VerifiedAt));
        Assert.Equal([Tag], Store.Jobs.All().Select(job => job.Tag));
        Assert.False(Store.Jobs.HasBegun(Tag));
    }

    [Fact]
    public void Runs_have_ids_of_their_own_and_the_newest_comes_first()
    {
        string[] ids = [.. new[] { (Tag, true), (Tag, true), (Other, true), (Tag, false) }.Select(run => Store.Runs.Begin(run.Item1, Noon, run.Item2))];
        Assert.Equal(["20261130T120000Z", "20261130T120000Z-2", "20261130T120000Z-3", "20261130T120000Z-4"], ids);
        Assert.Equal([ids[1], ids[0]], Store.Runs.Of(Tag, 10).Select(run => run.RunId));
        Assert.Equal(ids[1], Assert.Single(Store.Runs.Of(Tag, 1)).RunId);
        Assert.Equal((2L, 0L), (Store.Runs.Count(Tag), Store.Runs.Count("nobody")));
        Assert.Equal(3, Store.Runs.Unended().Count);

        Store.Runs.Progress(ids[1], new RunProgress("compare", 1, 2, "slices"));
        Assert.Contains("compare", Store.Runs.Last(Tag)!.Progress, StringComparison.Ordinal);
        Store.Runs.Finish(
            new RunResult { Job = Tag, RunId = ids[0], State = RunState.Held, Started = Noon, Finished = Noon.AddMinutes(1), FailuresFile = "f.parquet" });
        Assert.Equal((ids[1], ids[0]), (Store.Runs.Last(Tag)!.RunId, Store.Runs.LastEnded(Tag)!.RunId));
        Assert.Equal((RunState.Held, Noon.AddMinutes(1)), (Store.Runs.LastResult(Tag)!.State, Store.Runs.LastEnded(Tag)!.Finished));
        Assert.True(Store.Jobs.HasBegun(Tag));

        Store.Runs.Interrupted(ids[0]);
        Store.Runs.Interrupted(ids[1]);
        Store.Runs.Remove(ids[2]);
        Assert.Equal([RunState.Interrupted, RunState.Held], Store.Runs.Of(Tag, 10).Select(run => run.State));
        Assert.Null(Store.Runs.Last(Other));
        List<KeptFailures> failures = [];
        Store.Runs.Failures(Tag, kept =>
        {
            failures.Add(kept);
            return true;
        });
        Assert.Equal([new KeptFailures("f.parquet", null, Noon.AddMinutes(1))], failures);
    }

    [Fact]
    public void A_look_at_the_watch_is_kept_beside_the_runs_and_hides_none()
    {
        var run = Store.Runs.Begin(Tag, Noon, true);
        Store.Runs.Finish(new RunResult { Job = Tag, RunId = run, State = RunState.Failed, Started = Noon });
        var look = new RunResult { Job = Tag, RunId = "look-1", State = RunState.Completed, Started = Noon.AddHours(1), Findings = [Findings.NothingToRetry()] };
        Store.Runs.KeepLook(look);
        Store.Runs.KeepLook(look with { RunId = "look-2", Started = Noon.AddHours(2), Finished = Noon.AddHours(2) });

        Assert.Equal(["look-2", "look-1"], Store.Runs.Looks(Tag).Select(kept => kept.RunId));
        Assert.Equal(look.Findings, Store.Runs.Looks(Tag)[1].Findings);
        Assert.Empty(Store.Runs.Looks(Other));
        Assert.Equal([run], Store.Runs.Of(Tag, 100).Select(kept => kept.RunId));
        Assert.Equal((run, run, run), (Store.Runs.Last(Tag)!.RunId, Store.Runs.LastEnded(Tag)!.RunId, Store.Runs.LastResult(Tag)!.RunId));
        Assert.Empty(Store.Runs.Unended());
        Assert.False(Store.Jobs.HasBegun(Tag));
    }

    [Fact]
    public void A_book_that_a_job_no_longer_has_is_known_and_not_shared()
    {
        Remember(Tag, Other);
        Store.Books.Keep(Tag, [(Book, "Best"), (8, "Rest")], ["FIRSTNAME", "firstname", "TOTAL"]);
        Store.Books.Keep(Tag, [(Book, "Better")], []);

        Assert.Equal([new KeptBook(Book, "Better", 0, 0, 0), new KeptBook(8, "Rest", 0, 0, 0)], Store.Books.Of(Tag));
        Assert.Equal(["FIRSTNAME", "TOTAL"], Store.Books.Fields(Tag).Order(StringComparer.Ordinal));
        Assert.Equal([new OthersBook(Book, Tag, "remove")], Store.Books.OfOthers(Account, Other));
        Assert.Empty(Store.Books.OfOthers(Account, Tag));
        Assert.Equal(2, Store.Books.OfAccount(Account).Count);

        var there = new ThereBefore(Tag, Account, Book, null);
        Store.Books.KeepThere(there, 0);
        Store.Books.KeepThere(there with { File = "there.parquet" }, 5);
        Assert.Equal([there], Store.Books.There());
    }

    [Fact]
    public void Of_an_audience_that_was_held_the_rows_before_stay_known()
    {
        Store.Audiences.Keep(Tag, [new CompleteReading("gold", "{}", 10, 12, 1, 0)]);
        Store.Audiences.Keep(Tag, [new CompleteReading("gold", "{1}", 20, null, null, null), new CompleteReading("silver", "{2}", 3, null, null, null)]);

        Assert.Equal(new KeptAudience("{1}", 20, 12, 1, 0), Store.Audiences.Find(Tag, "gold"));
        Assert.Equal(new KeptAudience("{2}", 3, null, null, null), Store.Audiences.Find(Tag, "silver"));
        Assert.Equal(["gold", "silver"], Store.Audiences.Of(Tag).Order(StringComparer.Ordinal));
        Assert.Null(Store.Audiences.Recommendations(Tag));
        Store.Audiences.Keep(Tag, new KeptRecommendations("a", "1"));
        Store.Audiences.Keep(Tag, new KeptRecommendations("b", "2"));
        Assert.Equal(new KeptRecommendations("b", "2"), Store.Audiences.Recommendations(Tag));
    }

    [Fact]
    public void A_delivery_goes_from_its_manifest_to_the_ledger()
    {
        Remember(Tag, Other);
        Store.Books.Keep(Tag, [(Book, "Best")], []);
        var prepared = Journal().Prepare("run", DeliveryKind.Import, [Book, 8], "m.parquet", 3, 100, seenNo: 4, causesMail: true);
        Assert.Equal(
            (DeliveryKind.Import, DeliveryState.Prepared, "m.parquet", 3L, true, 4L),
            (prepared.Kind, prepared.State, prepared.Manifest, prepared.Records, prepared.CausesMail, prepared.SeenNo));
        Assert.Equal([Book, 8], prepared.Books);
        Assert.Equal(prepared.Id + 1, Store.Deliveries.NextNumber);
        Assert.Equal([new OpenFile(Tag, null, "m.parquet")], Store.Deliveries.Open());
        Assert.Equal(["m.parquet"], Store.Deliveries.ClaimsBeside(Account, Other).Manifests);
        Assert.Empty(Store.Deliveries.ClaimsBeside(Account, Tag).Manifests);

        Assert.Equal("remote", Journal().Accept(prepared, "remote").RemoteId);
        Assert.Equal(DeliveryState.Accepted, Assert.Single(Journal().Unsettled()).State);
        Journal().Settle(prepared, "o.parquet", ended: Noon);
        var settled = Assert.Single(Journal().Settled());
        Assert.Equal(("o.parquet", Noon), (settled.Outcomes, settled.Ended));

        Store.Ledgers.Name(new NewGeneration(Tag, "ledger/1", 1, "run", [settled], [new BookRows(Book, 5, 3, 1, 1)], "e.parquet"));
        Assert.Equal(new KeptLedger(Tag, Account, "ledger/1", 5, 1), Store.Ledgers.Of(Tag));
        Assert.Equal([new KeptBook(Book, "Best", 3, 1, 1)], Store.Books.Of(Tag));
        Assert.Empty(Journal().Settled());
        Assert.Empty(Store.Deliveries.Open());
        Assert.Equal(["ledger/1"], Store.Deliveries.ClaimsBeside(Account, Other).Ledgers);

        var waiting = Assert.Single(Store.Outbox.Waiting(Tag));
        Store.Outbox.Rejected([waiting]);
        Assert.Equal([waiting with { Rejected = 1 }], Store.Outbox.Waiting(Tag));
        Store.Outbox.Delivered([waiting], 9);
        Assert.Empty(Store.Outbox.Waiting(Tag));

        Store.Ledgers.Count(Tag, []);
        Assert.Equal([new KeptBook(Book, "Best", 0, 0, 0)], Store.Books.Of(Tag));
        Assert.Equal([new CreatingCall("import", "m.parquet")], Store.Deliveries.Creating(Account, Noon.ToUnixTimeMilliseconds(), long.MaxValue));
    }

    [Fact]
    public void A_refused_delivery_happened_only_where_it_has_outcomes()
    {
        var journal = Journal();
        Assert.Equal(DeliveryState.Refused, journal.Refuse(journal.Prepare("run", DeliveryKind.Removal, [Book], "m", 1, 0), null, "no").State);
        Assert.Equal(DeliveryState.Settled, journal.Refuse(journal.Prepare("run", DeliveryKind.Removal, [Book], "m", 1, 0), "o", "no").State);
        var open = journal.Prepare("run", DeliveryKind.Removal, [Book], "m", 1, 0);
        Assert.Equal([new OpenRemoval(open.Id, "m", null)], Store.Deliveries.RemovalsBeside(Account, Other, 0));
        Assert.True(Store.Deliveries.Any(Tag));
        Assert.False(Store.Deliveries.Any(Other));
    }

    [Fact]
    public void Single_calls_are_known_before_they_go_out_and_gone_when_they_are_settled()
    {
        var delivery = Journal().Prepare("run", DeliveryKind.Add, [Book], "m", 2, 0);
        Assert.Empty(Journal().Intend(delivery.Id, ["ann", "bob"], null));
        Journal().Answer(delivery.Id, [("ann", new DirectAnswer("Delivered", "delivered", "Added", "Was added.") { ContactId = 5, FieldsWritten = true })]);

        Assert.Equal(
            [
                new DirectCall("ann", "answered", 5, "Delivered", "delivered", "Added", "Was added.", null, null, true, false),
                new DirectCall("bob", "sent", null, null, null, null, null, null, null, false, false),
            ],
            Calls(delivery));

        Journal().Settle(delivery, "o");
        Assert.Empty(Calls(delivery));
    }

    [Fact]
    public void What_is_old_and_finished_is_named_once_more_and_then_no_longer()
    {
        Remember(Tag);
        var journal = Journal();
        var done = journal.Settle(journal.Prepare("run", DeliveryKind.Import, [Book], "m", 1, 0), "o");
        journal.Record([done]);
        journal.Prepare("run", DeliveryKind.Import, [Book], "open", 1, 0);
        Store.Ledgers.Name(new NewGeneration(Tag, "ledger/1", 1, "run", [], [], "e"));
        Store.Outbox.Delivered(Store.Outbox.Waiting(Tag), 1);

        var old = Store.Retention.Before(long.MaxValue);
        Assert.Equal([(OldKind.Delivery, "m o"), (OldKind.Events, "e")], old.Select(o => (o.Kind, string.Join(' ', o.Files))));
        old.ToList().ForEach(Store.Retention.Unname);
        Assert.Empty(Store.Retention.Before(long.MaxValue));
    }

    [Fact]
    public void A_leased_generation_is_not_deleted()
    {
        const string Generation = "ledger/letters/00000001";
        Remember(Tag);
        Store.Ledgers.Name(new NewGeneration(Tag, Generation, 1, "run", [], [], null));
        Publish($"{Generation}/0000.parquet");
        Assert.Null(Store.Ledgers.Lease("ledger/letters/00000002"));
        using (Store.Ledgers.Lease(Generation))
        using (Store.Ledgers.Lease(Generation))
        {
            Store.Ledgers.Delete(Generation);
        }

        Store.Ledgers.Lease(Generation)!.Dispose();
        Store.Ledgers.Delete(Generation);
        Assert.Null(Store.Ledgers.Lease(Generation));
    }

    [Fact]
    public void A_ledger_that_is_lost_is_started_again()
    {
        Remember(Tag);
        Journal().Prepare("run", DeliveryKind.Import, [Book], "m", 1, 0);
        Store.Ledgers.Name(new NewGeneration(Tag, "ledger/4", 4, "run", [], [], "gone"));
        Store.Ledgers.Name(new NewGeneration(Tag, "ledger/5", 5, "run", [], [], "there"));

        Store.Jobs.BeginAnew(Tag, 9, file => file == "there");

        Assert.Equal(new KeptLedger(Tag, Account, null, 0, 9), Store.Ledgers.Of(Tag));
        Assert.Equal(["there"], Store.Outbox.Waiting(Tag).Select(w => w.Events));
        Assert.Empty(Journal().Unsettled());
        Assert.Equal(0, Store.Jobs.Find(Tag)!.EnteringSince);
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => _opened.ForEach(store => store.Dispose());

    private void Remember(params string[] tags) => tags.ToList().ForEach(tag => Store.Jobs.Remember(new JobNow(tag, Account, $"/{tag}.yaml", "remove"), 1, 1));

    private List<DirectCall> Calls(Delivery delivery)
    {
        List<DirectCall> calls = [];
        Journal().Calls(delivery.Id, calls.Add);
        return [.. calls.OrderBy(c => c.MemberKey, StringComparer.Ordinal)];
    }
}
