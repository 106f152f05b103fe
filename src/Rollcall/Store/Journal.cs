using Microsoft.Data.Sqlite;

namespace Rollcall.Store;

/// <summary>What a delivery does at Dotdigital.</summary>
internal enum DeliveryKind
{
    /// <summary>A bulk import.</summary>
    Import,

    /// <summary>A bulk import that changes addresses.</summary>
    Move,

    /// <summary>A bulk removal from one book.</summary>
    Removal,

    /// <summary>People added to one book, a call each.</summary>
    Add,

    /// <summary>People unsubscribed from one book, a call each; without a manifest, one person, to put right what an import of ours undid.</summary>
    Unsubscribe,

    /// <summary>People asked back into one book, a call each.</summary>
    Resubscribe,

    /// <summary>No call: what was learnt by reading, or decided here.</summary>
    Local,
}

/// <summary>How far a delivery is.</summary>
internal enum DeliveryState
{
    /// <summary>Its manifest is on the disk; it may have been sent.</summary>
    Prepared,

    /// <summary>Dotdigital took it and gave it an id.</summary>
    Accepted,

    /// <summary>What became of each of its members is on the disk.</summary>
    Settled,

    /// <summary>The ledger has it.</summary>
    Recorded,

    /// <summary>Dotdigital did not take it: nothing happened.</summary>
    Refused,
}

/// <summary>One call that changes something at Dotdigital, from its manifest to the ledger.</summary>
internal sealed record Delivery(
    long Id,
    string RunId,
    DeliveryKind Kind,
    DeliveryState State,
    IReadOnlyList<long> Books,
    string? Manifest,
    string? Outcomes,
    long Records,
    bool CausesMail,
    string? RemoteId,
    DateTimeOffset PreparedAt,
    long SeenNo,
    DateTimeOffset? Ended)
{
    /// <summary>Whether it enters people into books, or writes their values.</summary>
    public bool Writes => Kind is DeliveryKind.Import or DeliveryKind.Add or DeliveryKind.Resubscribe;
}

/// <summary>The journal of one job: intent before the call, receipt the moment it is known, outcomes when they are known.</summary>
internal sealed class Journal(SqliteStore store, string tag, long accountId, TimeProvider clock)
{
    private const string Columns = "id, run_id, kind, state, books, manifest, outcomes, records, causes_mail, remote_id, prepared_at, seen_no, ended";

    /// <summary>Commits the intent of a call, and with it what <paramref name="alongside"/> writes.</summary>
    /// <param name="seenNo">The count of readings of opt-outs that the manifest took account of: whoever is learnt later is looked at once more.</param>
    public Delivery Prepare(string runId, DeliveryKind kind, IReadOnlyList<long> books, string? manifest, long records, long bytes, long seenNo = 0, bool causesMail = false, Action<SqliteStore, long>? alongside = null)
    {
        var id = store.InTransaction(s =>
        {
            s.Execute(
                "INSERT INTO delivery(tag, account_id, run_id, kind, state, books, manifest, records, bytes, causes_mail, prepared_at, seen_no) VALUES ($tag, $account, $run, $kind, $state, $books, $manifest, $records, $bytes, $mail, $now, $seen)",
                ("$tag", tag), ("$account", accountId), ("$run", runId), ("$kind", Word(kind)), ("$state", Word(DeliveryState.Prepared)),
                ("$books", string.Join(',', books)), ("$manifest", manifest), ("$records", records), ("$bytes", bytes), ("$mail", causesMail ? 1 : 0), ("$now", Now()), ("$seen", seenNo));
            var number = s.Number("SELECT last_insert_rowid()");
            alongside?.Invoke(s, number);
            return number;
        });
        return Get(id);
    }

    public Delivery Accept(Delivery delivery, string remoteId) => Set(delivery, "state = $state, remote_id = $remote, accepted_at = $now", DeliveryState.Accepted, null, ("$remote", remoteId));

    /// <summary>Commits what became of a delivery.</summary>
    /// <param name="ended">Dotdigital's clock when all of it was surely done; null where nobody knows.</param>
    /// <param name="alongside">What the same transaction also writes.</param>
    public Delivery Settle(Delivery delivery, string? outcomes, string? note = null, DateTimeOffset? ended = null, Action<SqliteStore>? alongside = null) => Set(
        delivery, "state = $state, outcomes = $outcomes, note = $note, settled_at = $now, ended = $ended", DeliveryState.Settled, alongside,
        ("$outcomes", outcomes), ("$note", note), ("$ended", ended?.ToUnixTimeMilliseconds()));

    public Delivery Refuse(Delivery delivery, string? outcomes, string note) => Set(delivery, "state = $state, outcomes = $outcomes, note = $note, settled_at = $now", outcomes is null ? DeliveryState.Refused : DeliveryState.Settled, null, ("$outcomes", outcomes), ("$note", note));

    /// <summary>What was sent, or may have been, and is not settled; oldest first.</summary>
    public IReadOnlyList<Delivery> Unsettled() => Read("state IN ('prepared', 'accepted')");

    /// <summary>What is settled and not in the ledger yet; oldest first.</summary>
    public IReadOnlyList<Delivery> Settled() => Read("state = 'settled'");

    /// <summary>Marks deliveries as recorded; runs inside the transaction that names the new ledger.</summary>
    public static void Record(SqliteStore transaction, IReadOnlyList<Delivery> deliveries)
    {
        foreach (var delivery in deliveries)
        {
            transaction.Execute("UPDATE delivery SET state = 'recorded' WHERE id = $id", ("$id", delivery.Id));
        }
    }

    private Delivery Set(Delivery delivery, string assignments, DeliveryState state, Action<SqliteStore>? alongside, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        (string, object?)[] all = [.. values, ("$state", Word(state)), ("$id", delivery.Id), ("$now", Now())];
        store.InTransaction(s =>
        {
            s.Execute($"UPDATE delivery SET {assignments} WHERE id = $id", all);
            alongside?.Invoke(s);
            if (state is DeliveryState.Settled or DeliveryState.Refused)
            {
                // The outcomes hold what the single calls' rows said.
                s.Execute("DELETE FROM direct_call WHERE delivery_id = $id", ("$id", delivery.Id));
            }
        });
        return Get(delivery.Id);
    }

    private Delivery Get(long id) => Read($"id = {id}")[0];

    private List<Delivery> Read(string condition) => store.Query($"SELECT {Columns} FROM delivery WHERE tag = $tag AND account_id = $account AND {condition} ORDER BY id", From, ("$tag", tag), ("$account", accountId));

    private static Delivery From(SqliteDataReader row) => new(
        row.GetInt64(0),
        row.GetString(1),
        Enum.Parse<DeliveryKind>(row.GetString(2), ignoreCase: true),
        Enum.Parse<DeliveryState>(row.GetString(3), ignoreCase: true),
        [.. row.GetString(4).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)],
        row.IsDBNull(5) ? null : row.GetString(5),
        row.IsDBNull(6) ? null : row.GetString(6),
        row.GetInt64(7),
        row.GetInt64(8) != 0,
        row.IsDBNull(9) ? null : row.GetString(9),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(10)),
        row.GetInt64(11),
        row.IsDBNull(12) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(12)));

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
