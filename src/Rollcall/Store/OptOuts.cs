using DuckDB.NET.Data;
using Rollcall.Dotdigital;
using Rollcall.Forgetting;
using Rollcall.Model;

namespace Rollcall.Store;

/// <summary>
/// Who left, as Dotdigital's feeds told: kept for ever, shared by all jobs of the account. Neither feed is complete, so what was once read stays.
/// </summary>
/// <param name="clock">Dotdigital's.</param>
internal sealed class OptOuts(SqliteStore store, long accountId, ServerClock clock)
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

    private readonly Dictionary<long, (long Ended, TimeSpan Length)> lastRead = [];

    /// <summary>Opt-outs that are known by a hash only; null where nobody may have been forgotten.</summary>
    public ForgottenOptOuts? Forgotten { get; init; }

    /// <summary>Reads the feeds that are not fresh; returns those that could not be read to their end, with the reason.</summary>
    public async Task<IReadOnlyDictionary<long, string>> ReadStaleAsync(DotdigitalClient client, IEnumerable<long> feeds, IProgress<RunProgress>? progress, CancellationToken cancellation) =>
        await ReadAsync(client, feeds.Where(f => !IsFresh(f)), progress, cancellation);

    /// <summary>Reads the feeds to their end, page by page, each page kept at once: a reading that is cut short resumes.</summary>
    public async Task<IReadOnlyDictionary<long, string>> ReadAsync(DotdigitalClient client, IEnumerable<long> feeds, IProgress<RunProgress>? progress, CancellationToken cancellation)
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

    /// <summary>Keeps one opt-out that was learnt another way: a contact read, a report.</summary>
    public void Keep(string emailKey, long bookId, long? contactId, string status, DateTimeOffset? since, string cause)
    {
        if (Forgotten?.Has(bookId, emailKey) == true)
        {
            store.InTransaction(s => Forgotten.Learn(s, bookId, emailKey, status, since?.ToUnixTimeMilliseconds()));
            return;
        }

        store.InTransaction(s => s.Execute(
            Insert,
            ("$account", accountId), ("$book", bookId), ("$email", emailKey), ("$contact", contactId), ("$status", status), ("$since", since?.ToUnixTimeMilliseconds()), ("$margin", 0L), ("$cause", cause), ("$seen", NextNo(s))));
    }

    /// <summary>Keeps opt-outs that a reading showed, where they are not known. Since when, it does not say.</summary>
    public void KeepSeen(IReadOnlyList<SeenOptOut> found)
    {
        if (found.Count == 0)
        {
            return;
        }

        store.InTransaction(s =>
        {
            using var insert = s.Prepare(
                """
                INSERT INTO opt_out(account_id, book_id, email_key, contact_id, status, cause, seen_no) VALUES ($account, $book, $email, $contact, $status, 'theirs', $seen)
                ON CONFLICT(account_id, book_id, email_key) DO UPDATE SET status = excluded.status, lifted_at = NULL, back_since = NULL, seen_no = excluded.seen_no
                WHERE $named AND (lifted_at IS NOT NULL OR back_since IS NOT NULL)
                """,
                "$account", "$book", "$email", "$contact", "$status", "$seen", "$named");
            insert.Parameters["$account"].Value = accountId;
            insert.Parameters["$seen"].Value = NextNo(s);
            foreach (var one in found)
            {
                if (Forgotten?.Has(one.Book, one.MemberKey) == true)
                {
                    Forgotten.Learn(s, one.Book, one.MemberKey, one.Status, null);
                    continue;
                }

                insert.Parameters["$book"].Value = one.Book;
                insert.Parameters["$email"].Value = one.MemberKey;
                insert.Parameters["$contact"].Value = (object?)one.ContactId ?? DBNull.Value;
                insert.Parameters["$status"].Value = one.Status;
                insert.Parameters["$named"].Value = one.Named ? 1 : 0;
                insert.ExecuteNonQuery();
            }
        });
    }

    /// <summary>Notes that Dotdigital shows people subscribed who had opted out, with no write of ours since; or, with <paramref name="since"/> null, that it shows them no more.</summary>
    public void MarkBack(IReadOnlyList<(string MemberKey, long Book)> people, long? since) => store.InTransaction(s => people.ToList().ForEach(p => s.Execute(
        "UPDATE opt_out SET back_since = CASE WHEN $since IS NULL THEN NULL ELSE coalesce(back_since, $since) END WHERE account_id = $account AND book_id IN (0, $book) AND email_key = $email AND lifted_at IS NULL",
        ("$since", since), ("$account", accountId), ("$book", p.Book), ("$email", p.MemberKey))));

    /// <summary>Lifts the opt-outs of people who came back by themselves, and are still there a day later.</summary>
    public void LiftBack(IReadOnlyList<(string MemberKey, long Book)> people) => store.InTransaction(s => people.ToList().ForEach(p => s.Execute(
        "UPDATE opt_out SET lifted_at = $now WHERE account_id = $account AND book_id IN (0, $book) AND email_key = $email AND lifted_at IS NULL AND back_since IS NOT NULL",
        ("$now", Now()), ("$account", accountId), ("$book", p.Book), ("$email", p.MemberKey))));

    /// <summary>Whether a feed was read so lately that it need not be read again before an import.</summary>
    public bool IsFresh(long feed)
    {
        // What this process read itself is judged by a clock that nobody sets.
        if (lastRead.TryGetValue(feed, out var read))
        {
            return clock.GetElapsedTime(read.Ended) <= Longer(Freshness, 2 * read.Length);
        }

        var row = store.Query("SELECT ended, length FROM opt_out_feed WHERE account_id = $account AND book_id = $book AND ended IS NOT NULL", r => (Ended: r.GetInt64(0), Length: r.GetInt64(1)), ("$account", accountId), ("$book", feed));
        if (row.Count == 0)
        {
            return false;
        }

        var age = Now() - row[0].Ended;
        return age >= 0 && age <= Longer(Freshness, TimeSpan.FromMilliseconds(2 * row[0].Length)).TotalMilliseconds;
    }

    /// <summary>How far the store's count of readings is: what is learnt later has a higher number.</summary>
    public long SeenNo => store.Number("SELECT readings FROM opt_out_count");

    /// <summary>Fills <c>seen_opt_out</c> of the run's database with what was learnt after a count of <see cref="SeenNo"/> and is not lifted.</summary>
    public long CopySeenSince(RunDatabase db, long after)
    {
        db.Execute($"CREATE OR REPLACE TABLE seen_opt_out({Copied})");
        using var appender = db.Connection.CreateAppender("seen_opt_out");
        return store.Query(
            $"SELECT {Columns} FROM opt_out WHERE account_id = $account AND seen_no > $after AND lifted_at IS NULL",
            row =>
            {
                Append(appender, row);
                return true;
            },
            ("$account", accountId), ("$after", after)).Count;
    }

    /// <summary>The count when <see cref="CopyTo"/> last began: what another run of the account learns later is not in its copy.</summary>
    public long CopiedNo { get; private set; }

    /// <summary>Copies the opt-outs of these books and of the account into the run's database, ordered by key hash.</summary>
    public void CopyTo(RunDatabase db, IEnumerable<long> books)
    {
        CopiedNo = SeenNo;
        db.Execute($"CREATE OR REPLACE TABLE opt_out_raw({Copied})");
        using (var appender = db.Connection.CreateAppender("opt_out_raw"))
        {
            store.Query(
                $"SELECT {Columns} FROM opt_out WHERE account_id = $account AND book_id IN (0{string.Concat(books.Select(b => $", {b}"))}) AND lifted_at IS NULL",
                row =>
                {
                    Append(appender, row);
                    return false;
                },
                ("$account", accountId));
        }

        db.Execute("CREATE OR REPLACE TABLE opt_out AS SELECT md5_number_lower(email_key) AS kh, * FROM opt_out_raw ORDER BY 1");
    }

    private const string Columns = "email_key, book_id, contact_id, status, since, cause, seen_no, asked_since, asked_at, margin, back_since";

    /// <summary><see cref="Columns"/> as a table of the run's database.</summary>
    private const string Copied = "email_key VARCHAR, book_id BIGINT, contact_id BIGINT, status VARCHAR, since BIGINT, cause VARCHAR, seen_no BIGINT, asked_since BIGINT, asked_at BIGINT, margin BIGINT, back_since BIGINT";

    // What a job of ours did and the feed dates within a minute of it is the same opt-out; a later one is theirs.
    // A feed that lags shows an opt-out that was lifted once more, with its old date: only one that may be later, one without a date, or worse than an opt-out, counts again.
    private const string Later = "excluded.since IS NULL OR since IS NULL OR excluded.since > since OR excluded.status <> 'Unsubscribed'";
    private const string Insert = $"""
        INSERT INTO opt_out(account_id, book_id, email_key, contact_id, status, since, margin, cause, seen_no)
        VALUES ($account, $book, $email, $contact, $status, $since, $margin, $cause, $seen)
        ON CONFLICT(account_id, book_id, email_key) DO UPDATE SET
            contact_id = coalesce(excluded.contact_id, contact_id),
            status = CASE WHEN excluded.status = 'Deleted' THEN status ELSE excluded.status END,
            seen_no = CASE WHEN (excluded.since IS NOT NULL AND (since IS NULL OR excluded.since > since))
                OR (lifted_at IS NOT NULL AND (excluded.since IS NULL OR (excluded.margin > 0 AND excluded.since + excluded.margin >= lifted_at))) THEN excluded.seen_no ELSE seen_no END,
            cause = CASE WHEN excluded.since IS NOT NULL AND (since IS NULL OR excluded.since > since + margin + CASE cause WHEN 'this job' THEN 60000 ELSE 0 END) THEN excluded.cause ELSE cause END,
            lifted_at = CASE WHEN {Later} OR (excluded.margin > 0 AND excluded.since + excluded.margin >= lifted_at) THEN NULL ELSE lifted_at END,
            back_since = CASE WHEN {Later} OR (excluded.margin > 0 AND excluded.since + excluded.margin >= back_since) THEN NULL ELSE back_since END,
            margin = CASE WHEN excluded.since IS NOT NULL AND (since IS NULL OR excluded.since >= since) THEN excluded.margin ELSE margin END,
            since = coalesce(max(excluded.since, since), excluded.since, since)
        """;

    private static void Append(DuckDBAppender appender, Microsoft.Data.Sqlite.SqliteDataReader row)
    {
        var to = appender.CreateRow().AppendValue(row.GetString(0)).AppendValue(row.GetInt64(1));
        _ = row.IsDBNull(2) ? to.AppendNullValue() : to.AppendValue(row.GetInt64(2));
        to.AppendValue(row.GetString(3));
        _ = row.IsDBNull(4) ? to.AppendNullValue() : to.AppendValue(row.GetInt64(4));
        to.AppendValue(row.GetString(5)).AppendValue(row.GetInt64(6));
        _ = row.IsDBNull(7) ? to.AppendNullValue() : to.AppendValue(row.GetInt64(7));
        _ = row.IsDBNull(8) ? to.AppendNullValue() : to.AppendValue(row.GetInt64(8));
        to.AppendValue(row.GetInt64(9));
        _ = row.IsDBNull(10) ? to.AppendNullValue() : to.AppendValue(row.GetInt64(10));
        to.EndRow();
    }

    private async Task ReadFeedAsync(DotdigitalClient client, long feed, DateTimeOffset serverNow, IProgress<RunProgress>? progress, CancellationToken cancellation)
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
            Save(feed, page, page.IsLast && resumed ? 0 : next, complete ? began : null, clock.GetElapsedTime(started));
            progress?.Report(new RunProgress("read opt-outs", next, null, "rows"));
            if (complete)
            {
                lastRead[feed] = (clock.GetTimestamp(), clock.GetElapsedTime(started));
                return;
            }

            (skip, resumed) = page.IsLast ? (0, false) : (next, resumed);
        }
    }

    /// <summary>Where the reading begins: the first reads everything, later ones from the last complete one less two days, by Dotdigital's clock.</summary>
    private (DateTimeOffset From, DateTimeOffset Began, int Skip) Resume(long feed, DateTimeOffset serverNow)
    {
        var rows = store.Query(
            "SELECT complete_to, reading_from, reading_began, rows_kept FROM opt_out_feed WHERE account_id = $account AND book_id = $book",
            r => (CompleteTo: r.IsDBNull(0) ? (long?)null : r.GetInt64(0), From: r.IsDBNull(1) ? (long?)null : r.GetInt64(1), Began: r.IsDBNull(2) ? (long?)null : r.GetInt64(2), Kept: r.GetInt32(3)),
            ("$account", accountId), ("$book", feed));
        if (rows.Count > 0 && rows[0] is { From: { } from, Began: { } began } row && serverNow - DateTimeOffset.FromUnixTimeMilliseconds(began) < StaleReading)
        {
            return (DateTimeOffset.FromUnixTimeMilliseconds(from), DateTimeOffset.FromUnixTimeMilliseconds(began), Math.Max(0, row.Kept - Overlap));
        }

        var since = rows.Count > 0 && rows[0].CompleteTo is { } to ? DateTimeOffset.FromUnixTimeMilliseconds(to) - LookBack : Beginning;
        store.InTransaction(s => s.Execute(
            """
            INSERT INTO opt_out_feed(account_id, book_id, reading_from, reading_began) VALUES ($account, $book, $from, $began)
            ON CONFLICT(account_id, book_id) DO UPDATE SET reading_from = $from, reading_began = $began, rows_kept = 0
            """,
            ("$account", accountId), ("$book", feed), ("$from", since.ToUnixTimeMilliseconds()), ("$began", serverNow.ToUnixTimeMilliseconds())));
        return (since, serverNow, 0);
    }

    private void Save(long feed, OptedOutPage page, int kept, DateTimeOffset? complete, TimeSpan length) => store.InTransaction(s =>
    {
        using var insert = s.Prepare(Insert, "$account", "$book", "$email", "$contact", "$status", "$since", "$margin", "$cause", "$seen");
        insert.Parameters["$seen"].Value = NextNo(s);
        foreach (var row in page.Rows.Where(r => !string.IsNullOrWhiteSpace(r.Email)))
        {
            var key = MemberKey.Of(row.Email!);
            if (Forgotten?.Has(feed, row.Email!) == true)
            {
                Forgotten.Learn(s, feed, row.Email!, row.Status.ToString(), row.Since?.ToUnixTimeMilliseconds());
                continue;
            }

            insert.Parameters["$account"].Value = accountId;
            insert.Parameters["$book"].Value = feed;
            insert.Parameters["$email"].Value = key;
            insert.Parameters["$contact"].Value = (object?)row.ContactId ?? DBNull.Value;
            insert.Parameters["$status"].Value = row.Status.ToString();
            insert.Parameters["$since"].Value = (object?)row.Since?.ToUnixTimeMilliseconds() ?? DBNull.Value;
            insert.Parameters["$margin"].Value = (long)row.Margin.TotalMilliseconds;
            insert.Parameters["$cause"].Value = "theirs";
            insert.ExecuteNonQuery();
        }

        if (complete is { } to)
        {
            s.Execute(
                "UPDATE opt_out_feed SET complete_to = $to, reading_from = NULL, reading_began = NULL, rows_kept = 0, ended = $now, length = $length WHERE account_id = $account AND book_id = $book",
                ("$to", to.ToUnixTimeMilliseconds()), ("$now", Now()), ("$length", (long)length.TotalMilliseconds), ("$account", accountId), ("$book", feed));
        }
        else
        {
            s.Execute("UPDATE opt_out_feed SET rows_kept = $kept WHERE account_id = $account AND book_id = $book", ("$kept", kept), ("$account", accountId), ("$book", feed));
        }
    });

    /// <summary>Counts a reading. Writing transactions go one after another, in every process: who reads the count has all that was learnt up to it.</summary>
    public static long NextNo(SqliteStore transaction)
    {
        transaction.Execute("UPDATE opt_out_count SET readings = readings + 1");
        return transaction.Number("SELECT readings FROM opt_out_count");
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <summary>An opt-out that a reading of people showed.</summary>
/// <param name="MemberKey">The member key.</param>
/// <param name="Book">The book; <see cref="OptOuts.WholeAccount"/> for the account.</param>
/// <param name="ContactId">The contact; null when unknown.</param>
/// <param name="Status">Dotdigital's v2 status.</param>
/// <param name="Named">Whether the person was looked up alone, so that it is current.</param>
internal sealed record SeenOptOut(string MemberKey, long Book, long? ContactId, string Status, bool Named);
