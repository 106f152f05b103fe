using Rollcall.Model;
using Rollcall.Store;
using Xunit;

namespace Rollcall.Tests.Store;

/// <summary>What a store contains about people: opt-outs, the watch, and who was erased.</summary>
public abstract partial class StoreCompliance
{
    [Fact]
    public void An_opt_out_is_answered_once()
    {
        OptOuts.KeepSeen([Seen("ann"), Seen("bob")]);
        var people = new[] { new PersonInBook("ann", Book), new PersonInBook("nobody", Book) };
        var none = new Dictionary<PersonInBook, long>();

        var first = Journal().Prepare("run 1", DeliveryKind.Import, [Book], "m", 1, 0, answers: new OptOutAnswers("run 1", people, none));
        var second = Journal(Other).Prepare("run 2", DeliveryKind.Import, [Book], "m", 1, 0, answers: new OptOutAnswers("run 2", people, none));
        var again = Journal().Prepare("run 1", DeliveryKind.Resubscribe, [Book], "m", 1, 0);
        Assert.Equal(["nobody"], first.AnsweredElsewhere);
        Assert.Equal(["ann", "nobody"], second.AnsweredElsewhere);
        Assert.Empty(Journal().Intend(again.Id, ["ann"], new OptOutAnswers("run 1", [people[0]], none)));

        var known = new Dictionary<PersonInBook, long> { [people[0]] = All().Single(o => o.EmailKey == "ann").AskedAt!.Value };
        Assert.Empty(Journal(Other).Intend(second.Id, ["ann"], new OptOutAnswers("run 2", [people[0]], known)));
        OptOuts.Unmark(second.Id, ["ann"]);
        Assert.All(All(), o => Assert.Null(o.AskedAt));
    }

    [Fact]
    public void Only_an_opt_out_that_was_answered_is_lifted_and_it_counts_again_when_a_later_one_is_learnt()
    {
        OptOuts.KeepPage(Page(new FeedOptOut("ann", 5, "Unsubscribed", 100, 0), new FeedOptOut("eve", null, "HardBounced", null, 0)));
        OptOuts.KeepPage(Page(new FeedOptOut("ann", null, "Unsubscribed", 90, 0)));
        Assert.Equal((100L, 5L, 1L), All().Where(o => o.EmailKey == "ann").Select(o => (o.Since!.Value, o.ContactId!.Value, o.SeenNo)).Single());

        OptOuts.Lift([new PersonInBook("ann", Book)], 200, OptOuts.Readings);
        Assert.Contains("ann", All().Select(o => o.EmailKey));
        Journal().Prepare(
            "run 1",
            DeliveryKind.Import,
            [Book],
            "m",
            1,
            0,
            answers: new OptOutAnswers("run 1", [new PersonInBook("ann", Book)], new Dictionary<PersonInBook, long>()));
        OptOuts.Lift([new PersonInBook("ann", Book)], 200, OptOuts.Readings);
        OptOuts.KeepPage(Page(new FeedOptOut("ann", null, "Unsubscribed", 100, 0)));
        Assert.Equal(["eve"], All().Select(o => o.EmailKey));
        OptOuts.KeepPage(Page(new FeedOptOut("ann", null, "Unsubscribed", 300, 0)));
        Assert.Equal(["ann", "eve"], All().Select(o => o.EmailKey).Order(StringComparer.Ordinal));

        OptOuts.MarkBack([new PersonInBook("ann", Book)], 400);
        OptOuts.LiftBack([new PersonInBook("ann", Book), new PersonInBook("eve", Book)], 500);
        Assert.Equal(["eve"], All().Select(o => o.EmailKey));
        List<OptOut> later = [];
        OptOuts.Since(OptOuts.Readings, later.Add);
        Assert.Empty(later);
        OptOuts.KeepOurs([Seen("ann")], 600);
        Assert.Equal("this job", All().Single(o => o.EmailKey == "ann").Cause);
    }

    [Fact]
    public void A_deletion_does_not_replace_an_opt_out_of_the_persons_own()
    {
        OptOuts.KeepSeen([new SeenOptOut("ann", 0, null, "Unsubscribed", true)]);
        OptOuts.KeepDeleted([new SeenOptOut("ann", 0, 5, "Deleted", true), new SeenOptOut("bob", 0, null, "Deleted", true)], 100);
        Assert.Equal([("ann", "Unsubscribed"), ("bob", "Deleted")], All().Select(o => (o.EmailKey, o.Status)).Order());
        List<SeenDeletion> deleted = [];
        OptOuts.Deleted(deleted.Add);
        Assert.Equal([new SeenDeletion("ann", 100), new SeenDeletion("bob", 100)], deleted.OrderBy(d => d.EmailKey, StringComparer.Ordinal));

        OptOuts.LiftDeleted(["ann", "bob"], 200);
        Assert.Equal(["ann"], All().Select(o => o.EmailKey));
    }

    [Fact]
    public void A_reading_of_a_feed_that_is_cut_short_goes_on()
    {
        Assert.Null(OptOuts.Feed(Book));
        OptOuts.BeginReading(Book, 10, 20);
        OptOuts.KeepPage(Page() with { Kept = 900 });
        Assert.Equal(new OptOutFeed(null, 10, 20, 900, null, null), OptOuts.Feed(Book));
        OptOuts.KeepPage(Page() with { Complete = 20, Now = 30, Length = 5 });
        Assert.Equal(new OptOutFeed(20, null, null, 0, 30, 5), OptOuts.Feed(Book));
    }

    [Fact]
    public void Opt_outs_of_a_book_go_over_to_its_namesake_once()
    {
        OptOuts.KeepSeen([Seen("ann")]);
        Store.Forgotten.Keep("hash", [new KnownOptOut(Account, Book, "Unsubscribed", 1)]);
        Assert.Equal((2L, 0L), (OptOuts.Copy(Book, 9), OptOuts.Copy(Book, 9)));
        FeedOptOut[] bob = [new("bob", null, "Unsubscribed", null, 0)];
        Assert.Equal((1L, 0L), (OptOuts.KeepNew(bob, 9), OptOuts.KeepNew(bob, 9)));
    }

    [Fact]
    public void Of_an_erased_person_the_hash_alone_is_kept()
    {
        Remember(Tag);
        OptOuts.KeepSeen([Seen("ann@example.com")]);
        var known = Assert.Single(Store.Forgotten.OptOutsOf("ann@example.com"));
        Store.Forgotten.Keep("hash", [known]);
        Store.Forgotten.KeepThere("hash", [new ThereBefore(Tag, Account, Book, null)]);
        Store.Runs.Finish(new RunResult
        {
            Job = Tag,
            RunId = Store.Runs.Begin(Tag, Noon, true),
            Started = Noon,
            Notices = ["ann@example.com is left out."],
            Findings = [Findings.AddressInNoAudience("ann@example.com")],
        });

        Assert.True(Store.Forgotten.Erase(new Erased()) >= 2);
        Assert.Empty(All());
        Assert.Equal(["(forgotten) is left out."], Store.Runs.LastResult(Tag)!.Notices);
        Assert.Equal([Findings.AddressInNoAudience("(forgotten)")], Store.Runs.LastResult(Tag)!.Findings);
        OptOuts.KeepPage(Page(new FeedOptOut("ann@example.com", null, "Unsubscribed", 50, 0) { Hashes = ["hash"] }));
        OptOuts.KeepSeen([Seen("ann@example.com") with { Hashes = ["hash"] }]);
        Assert.Empty(All());
        Assert.Equal([new HashedOptOut(Book, "hash", "Unsubscribed", 50)], Store.Forgotten.OptOuts(Account));
        Assert.Equal([new HashedPerson(Book, "hash")], Store.Forgotten.There(Tag, Account));
        Assert.Equal((1L, 0L), (Store.Forgotten.Count(["hash", "another"]), Store.Forgotten.Count([])));
    }

    [Fact]
    public void A_person_on_the_watch_stays_until_the_latest_end()
    {
        var ann = new WatchedPerson("ann", 0, WatchKind.Values, WatchReason.Unanswered, "ann@example.com", null);
        Watch.Enter(new WatchEntry([ann, ann with { MemberKey = "bob", Kind = WatchKind.Entry, Book = Book }], 10, 100));
        Watch.Enter(new WatchEntry([ann with { ContactId = 5 }], 20, 50));
        Assert.Equal(2, Watch.People);
        Assert.Equal(["ann"], Watch.ValueKeys);

        var delivery = Journal().Prepare("run", DeliveryKind.Import, [Book], "m", 1, 0);
        Journal().Settle(delivery, "o", watch: new WatchChange(new WatchEntry([], 0, 0), ["ann"], 60, [], 0));
        var watched = Watched().Single(w => w.MemberKey == "ann");
        Assert.Equal((5L, 10L, 100L, 60L), (watched.ContactId, watched.Since, watched.Until, watched.SettledAt));

        Watch.Leave([new PersonInBook("bob", Book)], WatchKind.Entry);
        Watch.LeaveBefore(100);
        Assert.Equal(["ann"], Watched().Select(w => w.MemberKey));
        Watch.LeaveBefore(101);
        Assert.Empty(Watched());
    }

    [Fact]
    public void Jobs_with_somebody_on_the_watch_or_an_open_delivery_are_known_at_once()
    {
        Remember(Tag, Other);
        Assert.Empty(Store.Jobs.OnWatch());
        var ann = new WatchedPerson("ann", Book, WatchKind.Entry, WatchReason.Unanswered, "ann@example.com", null);
        Watch.Enter(new WatchEntry([ann with { Kind = WatchKind.Insight }], 10, 100));
        Assert.Empty(Store.Jobs.OnWatch());

        Watch.Enter(new WatchEntry([ann, ann with { Book = 0, Kind = WatchKind.Values }], 30, 100));
        Watch.Enter(new WatchEntry([ann with { MemberKey = "bob" }], 20, 100));
        Assert.Equal([new WatchedJob(Tag, Account, 2, 20, 0)], Store.Jobs.OnWatch());

        var delivery = Journal(Other).Prepare("run", DeliveryKind.Import, [Book], "m", 1, 0);
        Assert.Equal([(Tag, 2L, 0L), (Other, 0L, 1L)], Store.Jobs.OnWatch().Select(job => (job.Tag, job.People, job.Open)));
        Journal(Other).Settle(delivery, "o");
        Assert.Equal((delivery.PreparedAt.ToUnixTimeMilliseconds(), 1), (Store.Jobs.OnWatch()[1].Since, Store.Jobs.OnWatch()[1].Open));
        Journal(Other).Record(Journal(Other).Settled());
        Watch.LeaveBefore(101);
        Assert.Empty(Store.Jobs.OnWatch());
    }

    private static SeenOptOut Seen(string key) => new(key, Book, null, "Unsubscribed", true);

    private static FeedPage Page(params FeedOptOut[] people) => new(Book, people, 0, null, 0, 0);

    private List<OptOut> All()
    {
        List<OptOut> all = [];
        OptOuts.Of([Book], all.Add);
        return all;
    }

    private List<Watched> Watched()
    {
        List<Watched> all = [];
        Watch.All(all.Add);
        return all;
    }

    private sealed class Erased : IErased
    {
        private const string Ann = "ann@example.com";

        public bool Is(string? value) => value == Ann;

        public bool IsIn(string? text) => text?.Contains(Ann, StringComparison.Ordinal) == true;

        string IErased.Erased(string text) => text.Replace(Ann, "(forgotten)", StringComparison.Ordinal);
    }
}
