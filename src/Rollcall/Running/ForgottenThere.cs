using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Running;

/// <summary>People who were in a book before a job and were erased: known by a keyed hash only, so that the job still never takes them out.</summary>
internal static class ForgottenThere
{
    /// <summary>Keeps a hash for each job and book the person was in before it.</summary>
    public static void Keep(DataFolder folder, IStore store, Trace trace, IReadOnlyList<KnownRow> known, CancellationToken cancellation)
    {
        var there =
            store.Books.There().Where(t => t.File is not null && PersonRows.In(folder, t.File, trace, cancellation) > 0).Select(t => t with { File = null })
            .Concat(known.Where(k => k.Origin == "there").Select(k => new ThereBefore(k.Job.Tag, k.Job.AccountId, k.BookId, null)))
            .ToHashSet();
        if (there.Count > 0)
        {
            store.Forgotten.KeepThere(KeyedHash.OfFolder(folder).Of(trace.MemberKey), there);
        }
    }

    /// <summary>
    /// Adds to the relation of people already there those of the roll who were forgotten and had been there. Only then are members hashed at all.
    /// </summary>
    public static void AddTo(RunContext run, string there)
    {
        var kept = run.Store.Forgotten.There(run.Job.Tag, run.Client.Account.Id).ToList();
        if (kept.Count == 0)
        {
            return;
        }

        var hash = KeyedHash.Required(run.Folder);
        run.Db.Execute("CREATE OR REPLACE TABLE forgotten_there(book_id BIGINT, hash VARCHAR)");
        using (var appender = run.Db.Connection.CreateAppender("forgotten_there"))
        {
            kept.ForEach(k => appender.CreateRow().AppendValue(k.BookId).AppendValue(k.Hash).EndRow());
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
