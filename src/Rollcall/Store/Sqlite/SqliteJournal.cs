namespace Rollcall.Store.Sqlite;

internal sealed class SqliteJournal(StoreConnection db, string tag, long account, TimeProvider clock) : IJournal
{
    private const string Deliveries = """
        SELECT id, run_id, kind, state, books, manifest, outcomes, records, causes_mail, remote_id, prepared_at, seen_no, ended FROM delivery
        WHERE tag = @tag AND account_id = @account
        """;

    private readonly SqliteOptOuts _optOuts = new(db, account);
    private readonly SqliteWatch _watch = new(db, tag, account);

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public Delivery Prepare(
        string runId,
        DeliveryKind kind,
        IReadOnlyList<long> books,
        string? manifest,
        long records,
        long bytes,
        long seenNo = 0,
        bool causesMail = false,
        OptOutAnswers? answers = null)
    {
        var (id, elsewhere) = db.InTransaction(() =>
        {
            db.Execute(
                """
                INSERT INTO delivery(tag, account_id, run_id, kind, state, books, manifest, records, bytes, causes_mail, prepared_at, seen_no)
                VALUES (@tag, @account, @runId, @kind, 'prepared', @books, @manifest, @records, @bytes, @causesMail, @now, @seenNo)
                """,
                new { tag, account, runId, kind = Word(kind), books = string.Join(',', books), manifest, records, bytes, causesMail, now = Now, seenNo });
            var number = db.Number("SELECT last_insert_rowid()");
            return (number, _optOuts.Mark(number, answers, Now));
        });
        return Get(id) with { AnsweredElsewhere = elsewhere };
    }

    public Delivery Accept(Delivery delivery, string remoteId) => Set(
        delivery, "state = 'accepted', remote_id = @remoteId, accepted_at = @now", new { delivery.Id, remoteId, now = Now });

    public Delivery Settle(Delivery delivery, string? outcomes, string? note = null, DateTimeOffset? ended = null, WatchChange? watch = null) => Set(
        delivery,
        "state = 'settled', outcomes = @outcomes, note = @note, settled_at = @now, ended = @ended",
        new { delivery.Id, outcomes, note, now = Now, ended = ended?.ToUnixTimeMilliseconds() },
        isOver: true,
        watch);

    public Delivery Refuse(Delivery delivery, string? outcomes, string note) => Set(
        delivery,
        $"state = '{(outcomes is null ? "refused" : "settled")}', outcomes = @outcomes, note = @note, settled_at = @now",
        new { delivery.Id, outcomes, note, now = Now },
        isOver: true);

    public void Record(IReadOnlyList<Delivery> deliveries) => db.InTransaction(() => Record(db, deliveries));

    public IReadOnlyList<Delivery> Unsettled() => Read("state IN ('prepared', 'accepted')");

    public IReadOnlyList<Delivery> Settled() => Read("state = 'settled'");

    public IReadOnlyList<string> Intend(long delivery, IReadOnlyList<string> memberKeys, OptOutAnswers? answers) => db.InTransaction(() =>
    {
        var elsewhere = _optOuts.Mark(delivery, answers, Now);
        db.Execute(
            "INSERT INTO direct_call(delivery_id, member_key, state) VALUES (@delivery, @key, 'sent')",
            memberKeys.Except(elsewhere, StringComparer.Ordinal).Select(key => new { delivery, key }));
        return elsewhere;
    });

    public void Answer(long delivery, IReadOnlyList<(string MemberKey, DirectAnswer Answer)> answers) => db.Commit(
        """
        UPDATE direct_call SET state = 'answered', contact_id = @ContactId, outcome = @Outcome, ledger_state = @State, code = @Code, reason = @Reason,
            account_status = @AccountStatus, book_status = @BookStatus, fields_written = @FieldsWritten, read_status = @ReadStatus, answered_at = @now
        WHERE delivery_id = @delivery AND member_key = @MemberKey
        """,
        answers.Select(a => new
        {
            delivery,
            a.MemberKey,
            a.Answer.ContactId,
            a.Answer.Outcome,
            a.Answer.State,
            a.Answer.Code,
            a.Answer.Reason,
            a.Answer.AccountStatus,
            a.Answer.BookStatus,
            a.Answer.FieldsWritten,
            a.Answer.ReadStatus,
            now = Now,
        }));

    public void Calls(long delivery, Action<DirectCall> read) => db.Each(
        """
        SELECT member_key, state, contact_id, outcome, ledger_state, code, reason, account_status, book_status, fields_written, read_status
        FROM direct_call WHERE delivery_id = @delivery
        """,
        new { delivery },
        read);

    /// <summary>Marks deliveries as recorded inside the caller's transaction.</summary>
    internal static void Record(StoreConnection db, IReadOnlyList<Delivery> deliveries) =>
        db.Execute("UPDATE delivery SET state = 'recorded' WHERE id = @Id", deliveries.Select(d => new { d.Id }));

    private Delivery Set(Delivery delivery, string assignments, object values, bool isOver = false, WatchChange? watch = null)
    {
        db.InTransaction(() =>
        {
            db.Execute($"UPDATE delivery SET {assignments} WHERE id = @Id", values);
            if (watch is not null)
            {
                _watch.Apply(watch);
            }

            if (isOver)
            {
                db.Execute("DELETE FROM direct_call WHERE delivery_id = @Id", new { delivery.Id });
            }
        });
        return Get(delivery.Id);
    }

    private Delivery Get(long id) => db.First<Delivery>($"{Deliveries} AND id = @id", new { tag, account, id })!;

    private List<Delivery> Read(string condition) => db.Query<Delivery>($"{Deliveries} AND {condition} ORDER BY id", new { tag, account });

    private static string Word(DeliveryKind kind) => kind.ToString().ToLowerInvariant();
}
