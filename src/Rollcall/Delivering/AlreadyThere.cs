using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// Reads, once a job and book, who is in a book before the job first touches it, and keeps it: exits leave these people alone. It is on the disk
/// before that book's first manifest.
/// </summary>
internal sealed class AlreadyThere(RunContext run)
{
    /// <summary>The relation of people that earlier runs found there, without a call.</summary>
    public string Kept(IReadOnlyList<long> books)
    {
        var known = Known();
        var files = books.Select(known.GetValueOrDefault).Select(there => there?.File).OfType<string>().ToList();
        return files.Count == 0
            ? LedgerFiles.Empty([("kh", "UBIGINT"), ("member_key", "VARCHAR"), ("book_id", "BIGINT"), ("contact_id", "BIGINT")])
            : $"({string.Join(" UNION ALL ", files.Select(f => $"SELECT kh, member_key, book_id, contact_id FROM {run.Rows(f)}"))})";
    }

    /// <summary>The relation of people already there: <c>kh, member_key, book_id, contact_id</c>.</summary>
    /// <param name="mayRead">Whether books not read yet are read now and kept; a plan only reads, into the run's own tables.</param>
    public async Task<string> ReadAsync(IReadOnlyList<long> books, bool mayRead, CancellationToken cancellation)
    {
        run.Db.Execute("CREATE OR REPLACE TABLE there(kh UBIGINT, member_key VARCHAR, book_id BIGINT, contact_id BIGINT)");
        var known = Known();
        foreach (var book in books)
        {
            if ((known.TryGetValue(book, out var there) ? there.File : await ReadBookAsync(book, mayRead, cancellation)) is { } file)
            {
                run.Db.Execute($"INSERT INTO there SELECT kh, member_key, book_id, contact_id FROM {run.Rows(file)}");
            }
        }

        run.Db.Execute("CREATE OR REPLACE TABLE there_sorted AS SELECT * FROM there ORDER BY kh; DROP TABLE there");
        return "there_sorted";
    }

    /// <summary>Commits that a book this run created held nobody.</summary>
    public void Keep(long book, string? file, long people) =>
        run.Store.Books.KeepThere(new ThereBefore(run.Job.Tag, run.Client.Account.Id, book, file), people);

    /// <summary>What the job knows of the account's books, by id.</summary>
    private Dictionary<long, ThereBefore> Known() => run.Store.Books.There()
        .Where(there => there.Tag == run.Job.Tag && there.AccountId == run.Client.Account.Id).ToDictionary(there => there.BookId);

    private async Task<string?> ReadBookAsync(long book, bool keep, CancellationToken cancellation)
    {
        var found = await WholeBook.ReadAsync(run, book, cancellation);
        var people = run.Db.Number($"SELECT count(*) FROM {found}");
        if (!keep)
        {
            run.Db.Execute($"INSERT INTO there {Subscribed(found)}");
            return null;
        }

        var file = people == 0 ? null : run.Publish($"there/{run.Job.Tag}-{run.Client.Account.Id}-{book}.parquet", $"{Subscribed(found)} ORDER BY 1");
        Keep(book, file, people);
        return file;
    }

    /// <summary>Who is subscribed; without an id where several addresses have the same one, or an address has several.</summary>
    private static string Subscribed(string found) => $"""
        SELECT f.kh, f.email_key AS member_key, f.book_id, CASE WHEN count(DISTINCT f.contact_id) = 1
            AND bool_and(s.contact_id IS NULL) THEN max(f.contact_id) END AS contact_id
        FROM {found} f LEFT JOIN (SELECT contact_id FROM {found} GROUP BY 1 HAVING count(DISTINCT kh) > 1) s ON s.contact_id = f.contact_id
        WHERE f.list_status = 'Subscribed' GROUP BY 1, 2, 3
        """;
}
