namespace Rollcall.Store;

/// <summary>What is known of a single call that was answered, or need not be made.</summary>
/// <param name="Outcome">The outcome's word: Delivered, Pending, Suppressed, Invalid, Failed, Omitted.</param>
/// <param name="State">The ledger's state; null leaves it as it is.</param>
/// <param name="Code">A stable word.</param>
/// <param name="Reason">Why, for people.</param>
internal sealed record DirectAnswer(string Outcome, string? State, string Code, string Reason)
{
    public long? ContactId { get; init; }

    public string? AccountStatus { get; init; }

    public string? BookStatus { get; init; }

    /// <summary>Whether Dotdigital now has the values of the manifest.</summary>
    public bool FieldsWritten { get; init; }

    /// <summary>Whether the person's status is to be read: Dotdigital refused without saying which it is.</summary>
    public bool ReadStatus { get; init; }

    /// <summary>Whether the same will be said of everyone else of the book: no more calls are made for it.</summary>
    public bool EndsBook { get; init; }
}

/// <summary>
/// The journal of single calls inside a delivery: a row before its call goes out, its answer as it arrives. A row without an answer may have been
/// acted on; no row was never sent. The rows go when the delivery is settled: its outcomes hold all they said.
/// </summary>
internal sealed class DirectJournal(SqliteStore store, TimeProvider clock)
{
    /// <summary>Commits that these calls are about to go out, and with it what <paramref name="alongside"/> writes of these people.</summary>
    /// <param name="alongside">Says whom not to call after all.</param>
    /// <returns>Whom to call.</returns>
    public IReadOnlyList<string> Intend(long delivery, IReadOnlyList<string> memberKeys, Func<SqliteStore, long, IReadOnlyList<string>, IReadOnlyList<string>>? alongside) => store.InTransaction(s =>
    {
        if (alongside is not null)
        {
            memberKeys = [.. memberKeys.Except(alongside(s, delivery, memberKeys), StringComparer.Ordinal)];
        }

        using var insert = s.Prepare("INSERT INTO direct_call(delivery_id, member_key, state) VALUES ($delivery, $key, 'sent')", "$delivery", "$key");
        insert.Parameters["$delivery"].Value = delivery;
        foreach (var key in memberKeys)
        {
            insert.Parameters["$key"].Value = key;
            insert.ExecuteNonQuery();
        }

        return memberKeys;
    });

    /// <summary>Commits answers.</summary>
    public void Answer(long delivery, IReadOnlyList<(string MemberKey, DirectAnswer Answer)> answers) => store.InTransaction(s =>
    {
        using var update = s.Prepare(
            """
            UPDATE direct_call SET state = 'answered', contact_id = $contact, outcome = $outcome, ledger_state = $ledger, code = $code, reason = $reason,
                account_status = $account, book_status = $book, fields_written = $fields, read_status = $read, answered_at = $now
            WHERE delivery_id = $delivery AND member_key = $key
            """,
            "$contact", "$outcome", "$ledger", "$code", "$reason", "$account", "$book", "$fields", "$read", "$now", "$delivery", "$key");
        foreach (var (key, answer) in answers)
        {
            update.Parameters["$contact"].Value = (object?)answer.ContactId ?? DBNull.Value;
            update.Parameters["$outcome"].Value = answer.Outcome;
            update.Parameters["$ledger"].Value = (object?)answer.State ?? DBNull.Value;
            update.Parameters["$code"].Value = answer.Code;
            update.Parameters["$reason"].Value = answer.Reason;
            update.Parameters["$account"].Value = (object?)answer.AccountStatus ?? DBNull.Value;
            update.Parameters["$book"].Value = (object?)answer.BookStatus ?? DBNull.Value;
            update.Parameters["$fields"].Value = answer.FieldsWritten ? 1 : 0;
            update.Parameters["$read"].Value = answer.ReadStatus ? 1 : 0;
            update.Parameters["$now"].Value = clock.GetUtcNow().ToUnixTimeMilliseconds();
            update.Parameters["$delivery"].Value = delivery;
            update.Parameters["$key"].Value = key;
            update.ExecuteNonQuery();
        }
    });

    /// <summary>Fills <c>direct_row</c> of the run's database with the delivery's calls.</summary>
    public void CopyTo(RunDatabase db, long delivery)
    {
        db.Execute("CREATE OR REPLACE TABLE direct_row(member_key VARCHAR, answered BOOLEAN, contact_id BIGINT, outcome VARCHAR, state VARCHAR, code VARCHAR, reason VARCHAR, account_status VARCHAR, book_status VARCHAR, fields_written BOOLEAN, read_status BOOLEAN)");
        using var appender = db.Connection.CreateAppender("direct_row");
        store.Query(
            "SELECT member_key, state = 'answered', contact_id, outcome, ledger_state, code, reason, account_status, book_status, fields_written, read_status FROM direct_call WHERE delivery_id = $delivery",
            row =>
            {
                var to = appender.CreateRow().AppendValue(row.GetString(0)).AppendValue(row.GetInt64(1) != 0);
                _ = row.IsDBNull(2) ? to.AppendNullValue() : to.AppendValue(row.GetInt64(2));
                for (var column = 3; column < 9; column++)
                {
                    _ = row.IsDBNull(column) ? to.AppendNullValue() : to.AppendValue(row.GetString(column));
                }

                to.AppendValue(row.GetInt64(9) != 0).AppendValue(row.GetInt64(10) != 0).EndRow();
                return true;
            },
            ("$delivery", delivery));
    }
}
