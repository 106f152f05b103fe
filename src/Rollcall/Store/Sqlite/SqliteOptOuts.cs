namespace Rollcall.Store.Sqlite;

internal sealed class SqliteOptOuts(StoreConnection db, long account) : IOptOuts
{
    private const string OptOuts =
        "SELECT email_key, book_id, contact_id, status, since, cause, seen_no, asked_since, asked_at, margin, back_since FROM opt_out";

    // The opt-out of a person from a book, and the account's.
    private const string Theirs = "account_id = @account AND book_id IN (0, @Book) AND email_key = @MemberKey";

    // A feed that lags shows an opt-out that was lifted once more, with its old date: only one that may be later, one without a date, or worse than an
    // opt-out, counts again.
    private const string Later = "excluded.since IS NULL OR since IS NULL OR excluded.since > since OR excluded.status <> 'Unsubscribed'";

    // What a job of ours did and the feed dates within a minute of it is the same opt-out; a later one is theirs.
    private const string KeepFeed = $"""
        INSERT INTO opt_out(account_id, book_id, email_key, contact_id, status, since, margin, cause, seen_no)
        VALUES (@account, @Book, @MemberKey, @ContactId, @Status, @Since, @Margin, 'theirs', @seen)
        ON CONFLICT(account_id, book_id, email_key) DO UPDATE SET
            contact_id = coalesce(excluded.contact_id, contact_id),
            status = CASE WHEN excluded.status = 'Deleted' THEN status ELSE excluded.status END,
            seen_no = CASE WHEN (excluded.since IS NOT NULL AND (since IS NULL OR excluded.since > since))
                OR (lifted_at IS NOT NULL AND (excluded.since IS NULL OR (excluded.margin > 0 AND excluded.since + excluded.margin >= lifted_at)))
                THEN excluded.seen_no ELSE seen_no END,
            cause = CASE WHEN excluded.since IS NOT NULL
                AND (since IS NULL OR excluded.since > since + margin + CASE cause WHEN 'this job' THEN 60000 ELSE 0 END) THEN excluded.cause ELSE cause END,
            lifted_at = CASE WHEN {Later} OR (excluded.margin > 0 AND excluded.since + excluded.margin >= lifted_at) THEN NULL ELSE lifted_at END,
            back_since = CASE WHEN {Later} OR (excluded.margin > 0 AND excluded.since + excluded.margin >= back_since) THEN NULL ELSE back_since END,
            margin = CASE WHEN excluded.since IS NOT NULL AND (since IS NULL OR excluded.since >= since) THEN excluded.margin ELSE margin END,
            since = coalesce(max(excluded.since, since), excluded.since, since)
        """;

    public long Readings => db.Number("SELECT readings FROM opt_out_count");

    public void Of(IEnumerable<long> books, Action<OptOut> read) => db.Each(
        $"{OptOuts} WHERE account_id = @account AND book_id IN @books AND lifted_at IS NULL", new { account, books = books.Prepend(0).ToArray() }, read);

    public void Since(long readings, Action<OptOut> read) =>
        db.Each($"{OptOuts} WHERE account_id = @account AND seen_no > @readings AND lifted_at IS NULL", new { account, readings }, read);

    public void KeepSeen(IReadOnlyList<SeenOptOut> seen) => db.InTransaction(() =>
    {
        var reading = NextReading();
        LearnHashes(seen);
        db.Execute(
            """
            INSERT INTO opt_out(account_id, book_id, email_key, contact_id, status, cause, seen_no)
            VALUES (@account, @Book, @MemberKey, @ContactId, @Status, 'theirs', @reading)
            ON CONFLICT(account_id, book_id, email_key) DO UPDATE SET status = excluded.status, lifted_at = NULL, back_since = NULL, seen_no = excluded.seen_no
            WHERE @Named AND (lifted_at IS NOT NULL OR back_since IS NOT NULL)
            """,
            seen.Where(s => s.Hashes.Count == 0).Select(s => new { account, s.Book, s.MemberKey, s.ContactId, s.Status, reading, s.Named }));
    });

    public void KeepOurs(IReadOnlyList<SeenOptOut> people, long since) => db.InTransaction(() =>
    {
        var reading = NextReading();
        db.Execute(
            """
            INSERT INTO opt_out(account_id, book_id, email_key, contact_id, status, since, cause, seen_no)
            VALUES (@account, @Book, @MemberKey, @ContactId, @Status, @since, 'this job', @reading)
            ON CONFLICT(account_id, book_id, email_key) DO UPDATE SET
                contact_id = coalesce(excluded.contact_id, contact_id), status = excluded.status, lifted_at = NULL, seen_no = excluded.seen_no,
                cause = excluded.cause, since = coalesce(max(excluded.since, since), excluded.since)
            WHERE lifted_at IS NOT NULL OR since IS NULL
            """,
            people.Select(p => new { account, p.Book, p.MemberKey, p.ContactId, p.Status, since, reading }));
    });

    public void MarkBack(IEnumerable<PersonInBook> people, long? since) => db.Commit(
        $"""
        UPDATE opt_out SET back_since = CASE WHEN @since IS NULL THEN NULL ELSE coalesce(back_since, @since) END WHERE {Theirs} AND lifted_at IS NULL
        """,
        people.Select(p => new { account, p.Book, p.MemberKey, since }));

    public void LiftBack(IEnumerable<PersonInBook> people, long now) => db.Commit(
        $"UPDATE opt_out SET lifted_at = @now WHERE {Theirs} AND lifted_at IS NULL AND back_since IS NOT NULL",
        people.Select(p => new { account, p.Book, p.MemberKey, now }));

    public void Unmark(long delivery, IEnumerable<string> memberKeys) => db.Commit(
        """
        UPDATE opt_out SET asked_since = NULL, asked_at = NULL, asked_by = NULL WHERE account_id = @account AND email_key = @key AND asked_by = @delivery
        """,
        memberKeys.Select(key => new { account, key, delivery }));

    public void Lift(IEnumerable<PersonInBook> people, long now, long? readings) => db.Commit(
        $"""
        UPDATE opt_out SET lifted_at = @now
        WHERE {Theirs} AND status = 'Unsubscribed' AND asked_at IS NOT NULL AND lifted_at IS NULL
            AND (@readings IS NULL AND since <= asked_since OR seen_no <= @readings)
        """,
        people.Select(p => new { account, p.Book, p.MemberKey, now, readings }));

    public void KeepDeleted(IReadOnlyList<SeenOptOut> people, long now) => db.InTransaction(() =>
    {
        var reading = NextReading();
        LearnHashes(people);
        db.Execute(
            """
            INSERT INTO opt_out(account_id, book_id, email_key, contact_id, status, cause, seen_no, deleted_at)
            VALUES (@account, @Book, @MemberKey, @ContactId, @Status, 'deleted', @reading, @now)
            ON CONFLICT(account_id, book_id, email_key) DO UPDATE SET
                contact_id = coalesce(excluded.contact_id, contact_id), deleted_at = excluded.deleted_at, lifted_at = NULL
            """,
            people.Where(p => p.Hashes.Count == 0).Select(p => new { account, p.Book, p.MemberKey, p.ContactId, p.Status, reading, now }));
    });

    public void LiftDeleted(IEnumerable<string> memberKeys, long now) => db.Commit(
        "UPDATE opt_out SET lifted_at = @now WHERE account_id = @account AND book_id = 0 AND email_key = @key AND status = 'Deleted'",
        memberKeys.Select(key => new { account, key, now }));

    public void Deleted(Action<SeenDeletion> read) => db.Each(
        "SELECT email_key, deleted_at FROM opt_out WHERE account_id = @account AND book_id = 0 AND deleted_at IS NOT NULL AND lifted_at IS NULL",
        new { account },
        read);

    public long Copy(long from, long to) => db.InTransaction(() =>
    {
        // What was seen of a person in the former book says nothing of this one.
        const string Kept = "email_key, contact_id, status, since, cause, asked_since, asked_at, asked_by, lifted_at, margin, deleted_at";
        var copied = (long)db.Execute(
            """
            INSERT OR IGNORE INTO forgotten_opt_out(account_id, book_id, hash, status, since)
            SELECT account_id, @to, hash, status, since FROM forgotten_opt_out WHERE account_id = @account AND book_id = @from
            """,
            new { account, from, to });
        var missing = db.Number(
            """
            SELECT count(*) FROM opt_out o WHERE account_id = @account AND book_id = @from
                AND NOT EXISTS (SELECT 1 FROM opt_out n WHERE n.account_id = @account AND n.book_id = @to AND n.email_key = o.email_key)
            """,
            new { account, from, to });
        return missing == 0 ? copied : copied + db.Execute(
            $"""
            INSERT OR IGNORE INTO opt_out(account_id, book_id, seen_no, {Kept})
            SELECT account_id, @to, @reading, {Kept} FROM opt_out WHERE account_id = @account AND book_id = @from
            """,
            new { account, from, to, reading = NextReading() });
    });

    public long KeepNew(IReadOnlyList<FeedOptOut> people, long book) => db.InTransaction(() =>
    {
        var reading = NextReading();
        return (long)db.Execute(
            """
            INSERT OR IGNORE INTO opt_out(account_id, book_id, email_key, contact_id, status, since, cause, seen_no)
            VALUES (@account, @book, @MemberKey, @ContactId, @Status, @Since, 'theirs', @reading)
            """,
            people.Select(p => new { account, book, p.MemberKey, p.ContactId, p.Status, p.Since, reading }));
    });

    public OptOutFeed? Feed(long book) => db.First<OptOutFeed>(
        "SELECT complete_to, reading_from, reading_began, rows_kept, ended, length FROM opt_out_feed WHERE account_id = @account AND book_id = @book",
        new { account, book });

    public void BeginReading(long book, long from, long began) => db.Commit(
        """
        INSERT INTO opt_out_feed(account_id, book_id, reading_from, reading_began) VALUES (@account, @book, @from, @began)
        ON CONFLICT(account_id, book_id) DO UPDATE SET reading_from = @from, reading_began = @began, rows_kept = 0
        """,
        new { account, book, from, began });

    public void KeepPage(FeedPage page) => db.InTransaction(() =>
    {
        var seen = NextReading();
        LearnHashes(page.People.SelectMany(p => p.Hashes.Select(hash => (page.Book, hash, p.Status, p.Since))));
        db.Execute(
            KeepFeed,
            page.People.Where(p => p.Hashes.Count == 0).Select(p => new { account, page.Book, p.MemberKey, p.ContactId, p.Status, p.Since, p.Margin, seen }));
        db.Execute(
            page.Complete is null
                ? "UPDATE opt_out_feed SET rows_kept = @Kept WHERE account_id = @account AND book_id = @Book"
                : """
                  UPDATE opt_out_feed SET complete_to = @Complete, reading_from = NULL, reading_began = NULL, rows_kept = 0, ended = @Now, length = @Length
                  WHERE account_id = @account AND book_id = @Book
                  """,
            new { account, page.Book, page.Kept, page.Complete, page.Now, page.Length });
    });

    /// <summary>Marks opt-outs as answered by a delivery, inside the caller's transaction.</summary>
    /// <returns>The people whose opt-outs another job has answered, in part or wholly.</returns>
    internal List<string> Mark(long delivery, OptOutAnswers? answers, long now)
    {
        List<string> elsewhere = [];
        foreach (var (key, book) in answers?.People ?? [])
        {
            var rows = db.Query<Asked>(
                $"SELECT book_id, asked_at, asked_by FROM opt_out WHERE {Theirs} AND lifted_at IS NULL", new { account, Book = book, MemberKey = key });

            // None: another job has brought them back already.
            if (rows.Count == 0 || !rows.All(row => MayAsk(row, key, answers!)))
            {
                elsewhere.Add(key);
                continue;
            }

            db.Execute(
                $"UPDATE opt_out SET asked_since = since, asked_at = @now, asked_by = @delivery WHERE {Theirs} AND lifted_at IS NULL",
                new { now, delivery, account, Book = book, MemberKey = key });
        }

        return elsewhere;
    }

    private bool MayAsk(Asked row, string key, OptOutAnswers answers) => row.AskedAt is not { } asked
        || db.Number("SELECT count(*) FROM delivery WHERE id = @AskedBy AND run_id = @RunId", new { row.AskedBy, answers.RunId }) > 0
        || (answers.Known.TryGetValue(new PersonInBook(key, row.BookId), out var known) && known == asked);

    private long NextReading()
    {
        db.Execute("UPDATE opt_out_count SET readings = readings + 1");
        return Readings;
    }

    private void LearnHashes(IReadOnlyList<SeenOptOut> seen) =>
        LearnHashes(seen.SelectMany(s => s.Hashes.Select(hash => (s.Book, hash, s.Status, (long?)null))));

    /// <summary>A later opt-out gives the hash of an erased person a later date.</summary>
    private void LearnHashes(IEnumerable<(long Book, string Hash, string Status, long? Since)> learnt) => db.Execute(
        """
        UPDATE forgotten_opt_out SET status = CASE WHEN @Status = 'Deleted' THEN status ELSE @Status END, since = coalesce(max(@Since, since), @Since, since)
        WHERE account_id = @account AND book_id = @Book AND hash = @Hash
        """,
        learnt.Select(l => new { account, l.Book, l.Hash, l.Status, l.Since }));

    private sealed record Asked(long BookId, long? AskedAt, long? AskedBy);
}
