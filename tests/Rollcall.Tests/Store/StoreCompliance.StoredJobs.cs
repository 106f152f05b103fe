using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Store;
using Xunit;

namespace Rollcall.Tests.Store;

/// <summary>The jobs that live on.</summary>
public abstract partial class StoreCompliance
{
    private static StoredJob NewJob(string tag = Tag) => JobLife.New(tag, null, paused: false, Noon);

    private static JobVersion VersionOf(StoredJob job, string text = "tag: letters") =>
        new(job.Tag, job.Version, text, "/jobs", JobDoor.Shell, "ann", Noon);

    private static JobLogLine Line(string tag, DateTimeOffset at, string message = "Paused by ann.") =>
        new(0, tag, null, at, Severity.Warning, "job_paused", message, null);

    [Fact]
    public void A_stored_job_is_found_by_its_tag_and_its_id_and_is_added_once()
    {
        var job = NewJob();
        Assert.True(Store.StoredJobs.Add(job, VersionOf(job)));
        Assert.False(Store.StoredJobs.Add(NewJob(), VersionOf(job, "tag: other")));

        Assert.Equivalent(job, Store.StoredJobs.Find(Tag), strict: true);
        Assert.Equivalent(job, Store.StoredJobs.OfId(job.Id), strict: true);
        Assert.Null(Store.StoredJobs.OfId("nobody"));
        Assert.Equal(VersionOf(job), Store.StoredJobs.Version(Tag, 1));
        Assert.Null(Store.StoredJobs.Version(Tag, 2));
    }

    [Fact]
    public void Everything_a_stored_job_holds_comes_back()
    {
        var job = NewJob();
        Store.StoredJobs.Add(job, VersionOf(job));
        var whole = job with
        {
            Version = 2, Updated = Noon.AddHours(1), Wish = JobWish.Paused, RunId = "20261130T120000Z", DueAt = Noon.AddHours(2), DueFor = DueReason.Missed,
            Start = new RunStart { By = "ann", Allow = ["exits"], Limit = 3, Adopt = AdoptAs.Own }, Errors = 2, FailingSince = Noon,
            Fault = [new Problem("Wrong.", "job.yaml:1:1", "Mend it.")], Completed = true, Bounced = true, Extra = "{}",
        };

        Assert.Same(whole, Store.StoredJobs.Change(Tag, _ => new JobChange(whole, VersionOf(whole, "tag: letters\nlabel: x"), Line(Tag, Noon))));

        Assert.Equivalent(whole, Store.StoredJobs.Find(Tag), strict: true);
        Assert.Equal([2, 1], Store.StoredJobs.Versions(Tag).Select(one => one.Number));
        Assert.Equal("tag: letters\nlabel: x", Store.StoredJobs.Version(Tag, 2)!.Text);
        Assert.Equal("Paused by ann.", Assert.Single(Store.StoredJobs.LogOf(Tag, Noon, 0, 10)).Message);
    }

    [Fact]
    public void Every_change_of_a_job_is_counted_and_what_changes_nothing_is_not()
    {
        var before = Store.StoredJobs.Changes;
        var job = NewJob();
        Store.StoredJobs.Add(job, VersionOf(job));
        var added = Store.StoredJobs.Changes;
        Store.StoredJobs.Change(Tag, _ => null);
        Assert.Null(Store.StoredJobs.Change("nobody", _ => throw new InvalidOperationException()));

        Assert.True(added > before);
        Assert.Equal(added, Store.StoredJobs.Changes);
    }

    [Fact]
    public void A_change_that_fails_leaves_the_job_as_it_was()
    {
        var job = NewJob();
        Store.StoredJobs.Add(job, VersionOf(job));

        Assert.Throws<InvalidDataException>(() => Store.StoredJobs.Change(Tag, _ => throw new InvalidDataException()));

        Assert.Equivalent(job, Store.StoredJobs.Find(Tag), strict: true);
    }

    [Fact]
    public void The_log_is_read_by_time_and_number_and_leaves_killed_jobs_out()
    {
        foreach (var tag in new[] { Tag, Other })
        {
            var job = NewJob(tag);
            Store.StoredJobs.Add(job, VersionOf(job));
        }

        Store.StoredJobs.Log(Line(Tag, Noon, "first"));
        Store.StoredJobs.Log(Line(Other, Noon.AddHours(1), "second"));
        Store.StoredJobs.Log(Line(Tag, Noon.AddHours(2), "third"));
        var all = Store.StoredJobs.LogOf(null, Noon, 0, 10);
        Assert.Equal(["first", "second", "third"], all.Select(one => one.Message));
        Assert.Equal(["second"], Store.StoredJobs.LogOf(null, Noon, all[0].No, 1).Select(one => one.Message));
        Assert.Equal(["third"], Store.StoredJobs.LogOf(Tag, Noon.AddMinutes(1), 0, 10).Select(one => one.Message));

        Store.StoredJobs.Change(Other, job => new JobChange(JobLife.Killed(job, Noon)));
        Assert.Equal(["first", "third"], Store.StoredJobs.LogOf(null, Noon, 0, 10).Select(one => one.Message));
        Assert.Equal(["second"], Store.StoredJobs.LogOf(Other, Noon, 0, 10).Select(one => one.Message));

        Store.StoredJobs.ForgetLog(Noon.AddHours(2));
        Assert.Equal(["third"], Store.StoredJobs.LogOf(null, Noon, 0, 10).Select(one => one.Message));
    }

    [Fact]
    public void A_killed_job_claims_nobody()
    {
        Store.Jobs.Remember(new JobNow(Other, Account, "/b.yaml", "remove"), 5, 3);
        Store.Books.Keep(Other, [(Book, "VIP")], []);
        var job = NewJob(Other);
        Store.StoredJobs.Add(job, VersionOf(job));
        Assert.Single(Store.Books.OfOthers(Account, Tag));

        Store.StoredJobs.Change(Other, one => new JobChange(JobLife.Killed(one, Noon)));

        Assert.Empty(Store.Books.OfOthers(Account, Tag));
        Assert.Empty(Store.Deliveries.ClaimsBeside(Account, Tag).Ledgers);
    }

    [Fact]
    public void A_token_is_found_by_its_hash_alone_and_its_name_is_taken_once()
    {
        var token = new ApiToken("id", "page", Role.Editor, SeesPeople: true, ChangesConsent: false, Noon, Noon.AddDays(1), null);
        Assert.True(Store.Tokens.Add(token, "hash"));
        Assert.False(Store.Tokens.Add(token with { Id = "other" }, "another"));

        Store.Tokens.Used("id", Noon.AddHours(1));
        Assert.Equal(token with { LastUsed = Noon.AddHours(1) }, Store.Tokens.OfHash("hash"));
        Assert.Null(Store.Tokens.OfHash("page"));
        Assert.Single(Store.Tokens.All());

        Assert.True(Store.Tokens.Remove("page"));
        Assert.False(Store.Tokens.Remove("id"));
        Assert.Empty(Store.Tokens.All());
    }
}
