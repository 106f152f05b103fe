using Rollcall.Connecting;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Ledger;
using Rollcall.Reading;
using Rollcall.Reading.Tables;

namespace Rollcall;

/// <summary>Validates a job against its source and its account, and finds every problem at once.</summary>
public static class JobCheck
{
    /// <summary>Everything that is wrong, warnings included; empty when a run may begin.</summary>
    public static async Task<IReadOnlyList<Problem>> RunAsync(Job job, Workplace workplace, CancellationToken cancellation = default)
    {
        List<Problem> problems = [.. job.Warnings];
        await using (var source = TablesSource.Open(job, workplace.DataFolder))
        {
            try
            {
                problems.AddRange((await source.CheckAsync(job.Config.SegmentIds, Roll.Fields(job.Config), cancellation)).Select(p => p with { ExitCode = ExitCode.Source }));
            }
            catch (RollcallException e)
            {
                problems.AddRange(e.Problems.Select(p => p with { ExitCode = e.ExitCode }));
            }
        }

        try
        {
            using var client = await Destination.ConnectAsync(job, workplace, cancellation);
            using var store = Store.Open(new DataFolder(workplace.DataFolder));
            var destination = await Destination.ReadAsync(job, client, store, cancellation);
            problems.AddRange(destination.Problems);
            problems.AddRange(SharedBooks.Check(job, destination, store));
            problems.AddRange(destination.VanishedBooks.Select(b => new Problem($"The address book {b} vanished from the account; its audience is not exported there.", Severity: Severity.Warning)));
            problems.AddRange(destination.VanishedFields.Select(f => new Problem($"The data field {f} vanished from the account; its values are not sent.", Severity: Severity.Warning)));
        }
        catch (DotdigitalException e)
        {
            problems.Add(new Problem(e.Message, job.Where("authorization")) { ExitCode = ExitCode.Dotdigital });
        }
        catch (RollcallException e)
        {
            problems.AddRange(e.Problems.Select(p => p with { ExitCode = e.ExitCode }));
        }

        return problems;
    }

    /// <summary>The SQL that reads an audience.</summary>
    /// <param name="audience">The audience's id.</param>
    public static string AudienceSql(Job job, string audience) => TablesSource.Open(job, Path.GetTempPath()).Sql(audience);
}
