using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Running;

/// <summary>Opt-outs of people who were erased: known by a keyed hash only, and honoured like any other when an audience has the person again.</summary>
internal sealed class ForgottenOptOuts
{
    /// <summary>The cause, in the comparison, of an opt-out that is known by its hash: people of whom nothing else is known are not asked back.</summary>
    public const string Cause = "forgotten";

    private readonly IForgotten _forgotten;
    private readonly long _accountId;
    private readonly KeyedHash? _hash;
    private readonly HashSet<(long Book, string Hash)> _kept;

    public ForgottenOptOuts(DataFolder folder, IForgotten forgotten, long accountId)
    {
        _forgotten = forgotten;
        _accountId = accountId;
        _kept = [.. forgotten.OptOuts(accountId).Select(o => (o.BookId, o.Hash))];
        _hash = _kept.Count == 0 ? null : KeyedHash.Required(folder);
    }

    /// <summary>The hashes that this opt-out is kept by; none where it is not: a feed that tells of it again must not bring the address back.</summary>
    /// <param name="email">The address as written.</param>
    public IReadOnlyList<string> Of(long book, string email) => _hash?.All(email) is { } all && all.Any(one => _kept.Contains((book, one))) ? all : [];

    /// <summary>
    /// Adds to <c>opt_out</c> of the run's database those of the roll who were forgotten and had opted out. Only then are members hashed at all.
    /// </summary>
    public void AddTo(RunDatabase db)
    {
        if (_hash is null)
        {
            return;
        }

        db.Execute("CREATE OR REPLACE TABLE forgotten(book_id BIGINT, hash VARCHAR, status VARCHAR, since BIGINT)");
        using (var appender = db.Connection.CreateAppender("forgotten"))
        {
            foreach (var one in _forgotten.OptOuts(_accountId))
            {
                appender.CreateRow().AppendValue(one.BookId).AppendValue(one.Hash).AppendValue(one.Status).AppendValue(one.Since).EndRow();
            }
        }

        foreach (var slice in KeySlice.For(db.Number("SELECT count(*) FROM roll")))
        {
            db.Execute($"""
                INSERT INTO opt_out BY NAME
                SELECT r.kh, r.member_key AS email_key, f.book_id, min(f.status) AS status, max(f.since) AS since, '{Cause}' AS cause
                FROM {_hash.Members(slice)} r
                JOIN forgotten f ON f.hash = r.hash
                LEFT JOIN opt_out o ON o.kh = r.kh AND o.email_key = r.member_key AND o.book_id = f.book_id
                WHERE o.kh IS NULL GROUP BY r.kh, r.member_key, f.book_id
                """);
        }
    }
}
