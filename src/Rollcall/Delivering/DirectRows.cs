using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>The single calls of a delivery in the run's database.</summary>
internal static class DirectRows
{
    /// <summary>Fills <c>direct_row</c>.</summary>
    public static void Copy(RunContext run, Delivery delivery)
    {
        run.Db.Execute("""
            CREATE OR REPLACE TABLE direct_row(
                member_key VARCHAR, answered BOOLEAN, contact_id BIGINT, outcome VARCHAR, state VARCHAR, code VARCHAR, reason VARCHAR, account_status VARCHAR,
                book_status VARCHAR, fields_written BOOLEAN, read_status BOOLEAN)
            """);
        using var appender = run.Db.Connection.CreateAppender("direct_row");
        run.Journal.Calls(delivery.Id, call => appender.CreateRow().AppendValue(call.MemberKey).AppendValue(call.IsAnswered).AppendValue(call.ContactId)
            .AppendValue(call.Outcome).AppendValue(call.LedgerState).AppendValue(call.Code).AppendValue(call.Reason).AppendValue(call.AccountStatus)
            .AppendValue(call.BookStatus).AppendValue(call.FieldsWritten).AppendValue(call.ReadStatus).EndRow());
    }
}
