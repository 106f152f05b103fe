using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>An import's report, as the table <c>report(kind, contact_id, email_key, code, reason)</c>.</summary>
internal static class ReportTable
{
    /// <summary>Streams the report into the table.</summary>
    /// <returns>What it says of the import as a whole; null where Dotdigital does not have it.</returns>
    public static async Task<ImportReport?> ReadAsync(RunContext run, Delivery delivery, CancellationToken cancellation)
    {
        Create(run);
        var appender = run.Db.Connection.CreateAppender("report");
        try
        {
            return await run.Client.Imports.ReadAsync(
                delivery.RemoteId!,
                row =>
                {
                    var to = appender.CreateRow().AppendValue(row.Kind == ImportedKind.Failed ? "failed" : "done");
                    _ = row.ContactId is { } id ? to.AppendValue(id) : to.AppendNullValue();
                    to.AppendValue(row.Email is { } email ? MemberKey.Of(email) : null).AppendValue(row.Code).AppendValue(row.Text).EndRow();
                },
                () =>
                {
                    appender.Dispose();
                    Create(run);
                    appender = run.Db.Connection.CreateAppender("report");
                },
                delivery.Records,
                cancellation);
        }
        finally
        {
            appender.Dispose();
        }
    }

    /// <summary>Makes the table, empty.</summary>
    public static void Create(RunContext run) =>
        run.Db.Execute("CREATE OR REPLACE TABLE report(kind VARCHAR, contact_id BIGINT, email_key VARCHAR, code VARCHAR, reason VARCHAR)");
}
