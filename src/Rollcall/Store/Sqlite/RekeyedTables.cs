using System.Globalization;
using DuckDB.NET.Data;
using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Store.Sqlite;

/// <summary>
/// Rewrites the Parquet files whose keys differ from <see cref="MemberKey"/>, and names them in the store. An address as written tells the key;
/// where a file has none, what the ledgers say of the same contact or of the same former key; else the former key itself.
/// </summary>
internal sealed class RekeyedTables : IDisposable
{
    // An opt-out counts above all, and who is in a book above who is not.
    private const string SaferFirst =
        "CASE state WHEN 'suppressed' THEN 1 WHEN 'delivered' THEN 2 WHEN 'pending' THEN 3 WHEN 'failed' THEN 4 WHEN 'invalid' THEN 5 ELSE 6 END";

    private const string Open = "state IN ('prepared', 'accepted', 'settled')";

    private static readonly (string Key, string Hash)[] Named = [("member_key", "kh"), ("old_key", "old_kh")];

    private static readonly string[] Kept = ["insight", "owed", "recommended"];

    private readonly DataFolder _folder;
    private readonly StoreConnection _store;
    private readonly DuckDBConnection _duckdb;
    private readonly CancellationToken _cancellation;

    public RekeyedTables(DataFolder folder, StoreConnection store, string spill, CancellationToken cancellation)
    {
        _folder = folder;
        _store = store;
        _cancellation = cancellation;
        _duckdb = MemberKeySql.OpenInMemory();
        _duckdb.Execute($"""
            SET memory_limit='{RunPortion.Alone.Megabytes}MB';
            SET temp_directory={SqlText.Literal(spill)};
            CREATE TABLE told(account_id BIGINT, old_key VARCHAR, new_key VARCHAR, contact_id BIGINT);
            """, CancellationToken.None);
    }

    /// <summary>Files and folders that the store no longer names.</summary>
    public List<string> Replaced { get; } = [];

    /// <summary>What the ledgers say of former keys: the keys they become, with the contact where it is known.</summary>
    public IReadOnlyList<(long Account, string OldKey, string NewKey, long? ContactId)> Told =>
        _duckdb.Query(
            "SELECT DISTINCT account_id, old_key, new_key, contact_id FROM told",
            r => (r.GetInt64(0), r.GetString(1), r.GetString(2), r.IsDBNull(3) ? (long?)null : r.GetInt64(3)),
            _cancellation);

    /// <summary>The keys that change in the manifests of open deliveries.</summary>
    public List<(long Delivery, string OldKey, string NewKey)> InDeliveries { get; } = [];

    public void Rekey()
    {
        var jobs = _store.Query<JobFiles>(
            "SELECT tag, account_id AS account, ledger_folder AS ledger, generation, insight, owed, recommended FROM job ORDER BY tag");

        // What is recorded is told by its manifest alone: who was written to, and when.
        var deliveries = _store.Query<DeliveryFiles>(
            $"SELECT id, account_id AS account, manifest, outcomes, {Open} AS is_open FROM delivery WHERE manifest IS NOT NULL OR {Open} ORDER BY id")
            .ConvertAll(d => d.IsOpen ? d : d with { Outcomes = null });
        jobs.Where(j => j.Ledger is not null).ToList().ForEach(j => Learn(j.Account, LedgerFiles.Relation(_folder, j.Ledger)));
        foreach (var delivery in deliveries.Where(d => d.IsOpen))
        {
            new[] { delivery.Manifest, delivery.Outcomes }.OfType<string>().ToList().ForEach(file => Learn(delivery.Account, Parquet(file)));
        }

        _duckdb.Execute("""
            CREATE TABLE by_key AS SELECT account_id, old_key, min(new_key) AS new_key FROM told GROUP BY 1, 2 HAVING count(DISTINCT new_key) = 1;
            CREATE TABLE by_contact AS
            SELECT account_id, contact_id, min(new_key) AS new_key FROM told WHERE contact_id IS NOT NULL GROUP BY 1, 2 HAVING count(DISTINCT new_key) = 1;
            """, _cancellation);
        foreach (var job in jobs)
        {
            if (job.Ledger is not null)
            {
                RekeyLedger(job.Tag, job.Account, job.Ledger, job.Generation + 1);
            }

            foreach (var (column, file) in Kept.Zip([job.Insight, job.Owed, job.Recommended]).Where(k => k.Second is not null))
            {
                if (RekeyFile(job.Account, file!, column == "insight" ? Alike.Stay : Alike.OfMember) is { } name)
                {
                    _store.Execute($"UPDATE job SET {column} = @name WHERE tag = @Tag", new { name, job.Tag });
                }
            }
        }

        foreach (var delivery in deliveries)
        {
            foreach (var (column, file) in new[] { ("manifest", delivery.Manifest), ("outcomes", delivery.Outcomes) }.Where(f => f.Item2 is not null))
            {
                if (RekeyFile(delivery.Account, file!, Alike.Stay) is { } name)
                {
                    if (column == "manifest")
                    {
                        InDeliveries.AddRange(Changes(delivery.Account, file!).Select(change => (delivery.Id, change.OldKey, change.NewKey)));
                    }

                    _store.Execute($"UPDATE delivery SET {column} = @name WHERE id = @Id", new { name, delivery.Id });
                }
            }
        }

        foreach (var there in _store.Query<ThereBefore>("SELECT tag, account_id, book_id, file FROM already_there WHERE file IS NOT NULL"))
        {
            if (RekeyFile(there.AccountId, there.File!, Alike.OfMemberAndBook) is { } name)
            {
                _store.Execute(
                    "UPDATE already_there SET file = @name WHERE tag = @Tag AND account_id = @AccountId AND book_id = @BookId",
                    new { name, there.Tag, there.AccountId, there.BookId });
            }
        }
    }

    public void Dispose() => _duckdb.Dispose();

    /// <summary>What becomes of rows that have one key now.</summary>
    private enum Alike
    {
        Stay,
        OfMember,
        OfMemberAndBook,
    }

    private void Learn(long account, string relation) => _duckdb.Execute($"""
        INSERT INTO told
        SELECT DISTINCT {Number(account)}, member_key, {MemberKeySql.Of("email")}, contact_id FROM {relation}
        WHERE (strlen(email) <> length(email) OR strlen(member_key) <> length(member_key)) AND {MemberKeySql.Of("email")} <> member_key
        """, _cancellation);

    /// <summary>
    /// A new generation: the rows that stay as they are slice by slice as before, and beside them those whose keys change, with the rows that have such a
    /// key already.
    /// </summary>
    private void RekeyLedger(string tag, long account, string ledger, long generation)
    {
        var former = LedgerFiles.Relation(_folder, ledger);
        var (key, hash) = Keys(former)[0];
        const string Same = "SELECT 1 FROM changing c WHERE c.old_kh = f.kh AND c.old_key = f.member_key AND c.book_id = f.book_id";
        _duckdb.Execute($"""
            CREATE OR REPLACE TABLE changing AS
            SELECT f.* REPLACE ({key} AS member_key, {hash} AS kh), f.kh AS old_kh, f.member_key AS old_key FROM {former} AS f {Joins(former, account)}
            WHERE (strlen(f.email) <> length(f.email) OR strlen(f.member_key) <> length(f.member_key)) AND {key} <> f.member_key;
            INSERT INTO changing SELECT f.*, f.kh, f.member_key FROM {former} AS f
            WHERE f.kh IN (SELECT kh FROM changing) AND f.member_key IN (SELECT member_key FROM changing) AND NOT EXISTS ({Same});
            """, _cancellation);
        if (_duckdb.Query("SELECT count(*) FROM changing", r => r.GetInt64(0), _cancellation)[0] == 0)
        {
            return;
        }

        var next = string.Create(CultureInfo.InvariantCulture, $"ledger/{tag}/{generation:D8}");
        if (Directory.Exists(_folder.Full(next)))
        {
            Directory.Delete(_folder.Full(next), recursive: true);
        }

        var slices = Directory.GetFiles(_folder.Full(ledger), "*.parquet").Order(StringComparer.Ordinal).Select(Path.GetFileName).ToList();
        foreach (var slice in slices)
        {
            var rest = $"SELECT * FROM {Parquet($"{ledger}/{slice}")} AS f WHERE NOT EXISTS ({Same})";
            Publish($"{next}/{slice}", $"{rest} ORDER BY kh, member_key, book_id");
        }

        var columns = string.Join(", ", LedgerFiles.Columns.Select(c => c.Name));
        Publish($"{next}/{slices.Count:D4}-keyed.parquet", $"SELECT {columns} FROM ({Merged}) ORDER BY kh, member_key, book_id");
        SqliteLedgers.Name(_store, tag, next, generation, _duckdb.Query(BookRows.Query(LedgerFiles.Relation(_folder, next)), BookRows.Of, _cancellation));
        Replaced.Add(ledger);
    }

    // A person who was in the book before the job under one of the keys stays in it; the contact that is in the book is the one to look at.
    private const string Merged = $"""
        SELECT * REPLACE (
            CASE WHEN bool_or(origin = 'there') OVER w THEN 'there' ELSE origin END AS origin,
            coalesce(
                first_value(CASE WHEN state IN ('delivered', 'pending') THEN contact_id END IGNORE NULLS) OVER w,
                first_value(contact_id IGNORE NULLS) OVER w) AS contact_id,
            min(entered_at) OVER w AS entered_at)
        FROM changing
        WINDOW w AS (
            PARTITION BY member_key, book_id ORDER BY {SaferFirst}, outcome_at DESC NULLS LAST, old_key
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
        QUALIFY row_number() OVER (PARTITION BY member_key, book_id ORDER BY {SaferFirst}, outcome_at DESC NULLS LAST, old_key) = 1
        """;

    /// <summary>Rewrites a file where its keys change.</summary>
    /// <returns>Its new name; null where it stays.</returns>
    private string? RekeyFile(long account, string file, Alike alike)
    {
        if (!File.Exists(_folder.Full(file)) || Changes(account, file).Count == 0)
        {
            return null;
        }

        var former = Parquet(file);
        var from = $"FROM {former} AS f {Joins(former, account)}";
        var keys = string.Join(", ", Keys(former).Zip(Named, (key, named) => $"{key.Key} AS {named.Key}, {key.Hash} AS {named.Hash}"));
        var rows = $"SELECT f.* REPLACE ({keys}) {from}";
        var name = $"{file[..^".parquet".Length]}-keyed.parquet";
        var own = MemberKeySql.Of("f.member_key");
        Publish(name, alike switch
        {
            Alike.OfMember =>
                $"SELECT * FROM ({rows}) QUALIFY row_number() OVER (PARTITION BY member_key ORDER BY json_array_length(items) DESC) = 1 ORDER BY kh",

            // A former key may also have been another person's: the person who has it now is not removed either.
            Alike.OfMemberAndBook => $"""
                SELECT * FROM ({rows} UNION ALL SELECT f.* REPLACE ({own} AS member_key, {MemberKeySql.Hash(own)} AS kh) FROM {former} AS f)
                QUALIFY row_number() OVER (PARTITION BY member_key, book_id ORDER BY contact_id DESC NULLS LAST) = 1 ORDER BY kh
                """,
            _ => rows,
        });
        Replaced.Add(file);
        return name;
    }

    private List<(string OldKey, string NewKey)> Changes(long account, string file)
    {
        var former = Parquet(file);
        return [.. Keys(former).Zip(Named).SelectMany(k => _duckdb.Query(
            $"SELECT DISTINCT f.{k.Second.Key}, {k.First.Key} FROM {former} AS f {Joins(former, account)} WHERE {k.First.Key} <> f.{k.Second.Key}",
            r => (r.GetString(0), r.GetString(1)),
            _cancellation))];
    }

    /// <summary>
    /// The new keys of a relation named <c>f</c>, and their hashes, joined with <see cref="Joins"/>: the member's, and the former address's where it has one.
    /// </summary>
    private List<(string Key, string Hash)> Keys(string former)
    {
        var columns = Columns(former);
        var known = columns.Contains("contact_id") ? "c.new_key, k.new_key" : "k.new_key";
        List<string> keys = [$"coalesce({(columns.Contains("email") ? MemberKeySql.Of("f.email") + ", " : "")}{known}, {MemberKeySql.Of("f.member_key")})"];
        if (columns.Contains("old_key"))
        {
            keys.Add($"coalesce({MemberKeySql.Of("f.old_email")}, {MemberKeySql.Of("f.old_key")})");
        }

        return [.. keys.Select(key => (key, MemberKeySql.Hash(key)))];
    }

    private string Joins(string former, long account) =>
        $"LEFT JOIN by_key k ON k.account_id = {Number(account)} AND k.old_key = f.member_key"
        + (Columns(former).Contains("contact_id") ? $" LEFT JOIN by_contact c ON c.account_id = {Number(account)} AND c.contact_id = f.contact_id" : "");

    private HashSet<string> Columns(string relation) => [.. _duckdb.Query($"DESCRIBE SELECT * FROM {relation}", r => r.GetString(0), _cancellation)];

    private string Parquet(string file) => $"read_parquet({SqlText.Literal(_folder.Full(file))})";

    private void Publish(string name, string query) =>
        _folder.Publish(name, path => _duckdb.Execute($"COPY ({query}) TO {SqlText.Literal(path)} (FORMAT parquet)", _cancellation));

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record JobFiles(string Tag, long Account, string? Ledger, long Generation, string? Insight, string? Owed, string? Recommended);

    private sealed record DeliveryFiles(long Id, long Account, string? Manifest, string? Outcomes, bool IsOpen);
}
