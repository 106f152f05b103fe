using DuckDB.NET.Data;
using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Running;

/// <summary>
/// Who left, as Dotdigital's feeds told: kept for ever, shared by all jobs of the account. Neither feed is complete, so what was once read stays.
/// </summary>
/// <param name="clock">Dotdigital's.</param>
internal sealed class OptOuts(IOptOuts kept, ServerClock clock)
{
    /// <summary>The feed of the whole account.</summary>
    public const long WholeAccount = 0;

    private const int PageSize = 1000;

    // Order is not promised while paging, so each page begins before the last one ended.
    private const int Overlap = 100;

    private static readonly DateTimeOffset Beginning = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    // Rows that leave a feed move the others up: a reading resumed much later could step over some.
    private static readonly TimeSpan StaleReading = TimeSpan.FromHours(24);
    private static readonly TimeSpan LookBack = TimeSpan.FromHours(48);
    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(5);

    private readonly Dictionary<long, (long Ended, TimeSpan Length)> _lastRead = [];

    /// <summary>Opt-outs that are known by a hash only; null where nobody may have been forgotten.</summary>
    public ForgottenOptOuts? Forgotten { get; init; }

    /// <summary>Reads the feeds that are not fresh; returns those that could not be read to their end, with the reason.</summary>
    public async Task<IReadOnlyDictionary<long, string>> ReadStaleAsync(
        DotdigitalClient client, IEnumerable<long> feeds, IProgress<RunProgress>? progress, CancellationToken cancellation) =>
        await ReadAsync(client, feeds.Where(f => !IsFresh(f)), progress, cancellation);

    /// <summary>Reads the feeds to their end, page by page, each page kept at once: a reading that is cut short resumes.</summary>
    public async Task<IReadOnlyDictionary<long, string>> ReadAsync(
        DotdigitalClient client, IEnumerable<long> feeds, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        var unread = new Dictionary<long, string>();
        foreach (var feed in feeds.Distinct().ToList())
        {
            try
            {
                await ReadFeedAsync(client, feed, clock.GetUtcNow(), progress, cancellation);
            }
            catch (DotdigitalException e) when (e.Kind is not (FailureKind.Configuration or FailureKind.Boundless))
            {
                unread[feed] = e.Message;
            }
        }

        return unread;
    }

    /// <summary>Keeps opt-outs that a reading showed, where they are not known. Since when, it does not say.</summary>
    public void KeepSeen(IReadOnlyList<SeenOptOut> found)
    {
        if (found.Count > 0)
        {
            kept.KeepSeen(Hashed(found));
        }
    }

    /// <summary>People with the hashes that they are known by if they were erased.</summary>
    public IReadOnlyList<SeenOptOut> Hashed(IEnumerable<SeenOptOut> people) => [.. people.Select(p => p with { Hashes = HashesOf(p.Book, p.MemberKey) })];

    /// <summary>
    /// Notes that Dotdigital shows people subscribed who had opted out, with no write of ours since; or, with <paramref name="since"/> null, that it shows
    /// them.
    /// </summary>
    public void MarkBack(IReadOnlyList<PersonInBook> people, long? since) => kept.MarkBack(people, since);

    /// <summary>Lifts the opt-outs of people who came back on their own, and are still there a day later.</summary>
    public void LiftBack(IReadOnlyList<PersonInBook> people) => kept.LiftBack(people, Now);

    /// <summary>Whether a feed was read so lately that it need not be read again before an import.</summary>
    public bool IsFresh(long feed)
    {
        // What this process read itself is judged by a clock that nobody sets.
        if (_lastRead.TryGetValue(feed, out var read))
        {
            return clock.GetElapsedTime(read.Ended) <= Longer(Freshness, 2 * read.Length);
        }

        if (kept.Feed(feed) is not { Ended: { } ended, Length: { } length })
        {
            return false;
        }

        var age = Now - ended;
        return age >= 0 && age <= Longer(Freshness, TimeSpan.FromMilliseconds(2 * length)).TotalMilliseconds;
    }

    /// <summary>How far the store's count of readings is: what is learnt later has a higher number.</summary>
    public long SeenNo => kept.Readings;

    /// <summary>Fills <c>seen_opt_out</c> of the run's database with what was learnt after a count of <see cref="SeenNo"/> and is not lifted.</summary>
    public long CopySeenSince(RunDatabase db, long after)
    {
        db.Execute($"CREATE OR REPLACE TABLE seen_opt_out({Columns})");
        using var appender = db.Connection.CreateAppender("seen_opt_out");
        var copied = 0L;
        kept.Since(after, one =>
        {
            db.StopIfCancelled();
            Append(appender, one);
            copied++;
        });
        return copied;
    }

    /// <summary>The count when <see cref="CopyTo"/> last began: what another run of the account learns later is not in its copy.</summary>
    public long CopiedNo { get; private set; }

    /// <summary>Copies the opt-outs of these books and of the account into the run's database, ordered by key hash.</summary>
    public void CopyTo(RunDatabase db, IEnumerable<long> books)
    {
        CopiedNo = SeenNo;
        db.Execute($"CREATE OR REPLACE TABLE opt_out_raw({Columns})");
        using (var appender = db.Connection.CreateAppender("opt_out_raw"))
        {
            kept.Of(books, one =>
            {
                db.StopIfCancelled();
                Append(appender, one);
            });
        }

        db.Execute("CREATE OR REPLACE TABLE opt_out AS SELECT md5_number_lower(email_key) AS kh, * FROM opt_out_raw ORDER BY 1");
    }

    /// <summary>An <see cref="OptOut"/> as a row of the run's database.</summary>
    private const string Columns = """
        email_key VARCHAR, book_id BIGINT, contact_id BIGINT, status VARCHAR, since BIGINT, cause VARCHAR, seen_no BIGINT, asked_since BIGINT, asked_at BIGINT,
        margin BIGINT, back_since BIGINT
        """;

    private static void Append(DuckDBAppender appender, OptOut one) => appender.CreateRow().AppendValue(one.EmailKey).AppendValue(one.BookId)
        .AppendValue(one.ContactId).AppendValue(one.Status).AppendValue(one.Since).AppendValue(one.Cause).AppendValue(one.SeenNo)
        .AppendValue(one.AskedSince).AppendValue(one.AskedAt).AppendValue(one.Margin).AppendValue(one.BackSince).EndRow();

    private async Task ReadFeedAsync(
        DotdigitalClient client, long feed, DateTimeOffset serverNow, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        var (from, began, skip) = Resume(feed, serverNow);

        // Rows that left the feed meanwhile moved the others up, past where a reading resumes: it is followed by one from the beginning.
        var resumed = skip > 0;
        while (true)
        {
            var page = feed == WholeAccount
                ? await client.Contacts.SuppressedSincePageAsync(from, skip, PageSize, cancellation)
                : await client.Contacts.UnsubscribedSincePageAsync(feed, from, skip, PageSize, cancellation);
            var next = skip + (page.IsLast ? page.Rows.Count : PageSize - Overlap);
            var complete = page.IsLast && !resumed;
            kept.KeepPage(new FeedPage(
                feed,
                [.. page.Rows.Where(r => !string.IsNullOrWhiteSpace(r.Email)).Select(r => Of(feed, r))],
                page.IsLast && resumed ? 0 : next,
                complete ? began.ToUnixTimeMilliseconds() : null,
                Now,
                (long)clock.GetElapsedTime(started).TotalMilliseconds));
            progress?.Report(new RunProgress("read opt-outs", next, null, "rows"));
            if (complete)
            {
                _lastRead[feed] = (clock.GetTimestamp(), clock.GetElapsedTime(started));
                return;
            }

            (skip, resumed) = page.IsLast ? (0, false) : (next, resumed);
        }
    }

    /// <summary>Where the reading begins: the first reads everything, later ones from the last complete one less two days, by Dotdigital's clock.</summary>
    private (DateTimeOffset From, DateTimeOffset Began, int Skip) Resume(long feed, DateTimeOffset serverNow)
    {
        var known = kept.Feed(feed);
        if (known is { ReadingFrom: { } from, ReadingBegan: { } began } && serverNow - DateTimeOffset.FromUnixTimeMilliseconds(began) < StaleReading)
        {
            return (DateTimeOffset.FromUnixTimeMilliseconds(from), DateTimeOffset.FromUnixTimeMilliseconds(began), (int)Math.Max(0, known.RowsKept - Overlap));
        }

        var since = known?.CompleteTo is { } to ? DateTimeOffset.FromUnixTimeMilliseconds(to) - LookBack : Beginning;
        kept.BeginReading(feed, since.ToUnixTimeMilliseconds(), serverNow.ToUnixTimeMilliseconds());
        return (since, serverNow, 0);
    }

    private FeedOptOut Of(long feed, OptedOut row) => new(
        MemberKey.Of(row.Email!), row.ContactId, row.Status.ToString(), row.Since?.ToUnixTimeMilliseconds(), (long)row.Margin.TotalMilliseconds)
    {
        Hashes = HashesOf(feed, row.Email!),
    };

    private IReadOnlyList<string> HashesOf(long book, string email) => Forgotten?.Of(book, email) ?? [];

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
