using Rollcall.Store;

namespace Rollcall.Forgetting;

/// <summary>People who were in a book before a job and were erased: known by a keyed hash only, so that the job still never takes them out.</summary>
internal static class ForgottenThere
{
    /// <summary>Keeps a hash for each job and book the person was in before it.</summary>
    public static void Keep(DataFolder folder, SqliteStore store, Trace trace, IReadOnlyList<KnownRow> known)
    {
        var there = store.Query("SELECT tag, account_id, book_id, file FROM already_there WHERE file IS NOT NULL", r => (Tag: r.GetString(0), Account: r.GetInt64(1), Book: r.GetInt64(2), File: r.GetString(3)))
            .Where(t => PersonRows.In(folder, t.File, trace) > 0).Select(t => (t.Tag, t.Account, t.Book))
            .Concat(known.Where(k => k.Origin == "there").Select(k => (k.Job.Tag, Account: k.Job.AccountId, Book: k.BookId)))
            .ToHashSet();
        if (there.Count == 0)
        {
            return;
        }

        var hash = KeyedHash.OfFolder(folder).Of(trace.MemberKey);
        store.InTransaction(s =>
        {
            foreach (var (tag, account, book) in there)
            {
                s.Execute("INSERT OR IGNORE INTO forgotten_there(tag, account_id, book_id, hash) VALUES ($tag, $account, $book, $hash)", ("$tag", tag), ("$account", account), ("$book", book), ("$hash", hash));
            }
        });
    }

    /// <summary>Adds to the relation of people already there whoever in the roll was forgotten and had been. Only then are members hashed at all.</summary>
    public static void AddTo(RunContext run, string there)
    {
        var kept = run.Store.Query("SELECT book_id, hash FROM forgotten_there WHERE tag = $tag AND account_id = $account", r => (Book: r.GetInt64(0), Hash: r.GetString(1)), ("$tag", run.Job.Tag), ("$account", run.Client.Account.Id));
        if (kept.Count == 0)
        {
            return;
        }

        var hash = KeyedHash.Required(run.Folder);
        run.Db.Execute("CREATE OR REPLACE TABLE forgotten_there(book_id BIGINT, hash VARCHAR)");
        using (var appender = run.Db.Connection.CreateAppender("forgotten_there"))
        {
            kept.ForEach(k => appender.CreateRow().AppendValue(k.Book).AppendValue(k.Hash).EndRow());
        }

        foreach (var slice in KeySlice.For(run.Db.Number("SELECT count(*) FROM roll")))
        {
            run.Db.Execute($"""
                INSERT INTO {there} BY NAME
                SELECT DISTINCT r.kh, r.member_key, f.book_id, NULL::BIGINT AS contact_id
                FROM {hash.Members(slice)} r
                JOIN forgotten_there f ON f.hash = r.hash
                LEFT JOIN {there} t ON t.kh = r.kh AND t.member_key = r.member_key AND t.book_id = f.book_id
                WHERE t.kh IS NULL
                """);
        }
    }
}
