using Rollcall.Jobs;
using Rollcall.Running;

namespace Rollcall.Operations;

/// <summary>Says what of a person is out of Rollcall's hands.</summary>
internal static class Remaining
{
    public static IEnumerable<string> Of(IReadOnlyList<KnownJob> jobs, IReadOnlyList<KnownRow> known, long optOutsKept)
    {
        foreach (var account in jobs.Select(j => j.AccountId).Distinct().Order())
        {
            var books =
                known.Where(k => k.Job.AccountId == account && k.State is "delivered" or "pending").Select(k => $"\"{k.BookName}\"").Distinct().ToList();
            yield return books.Count == 0
                ? $"At Dotdigital (account {account}): the contact, if there is one. Delete it there if it must go too."
                : $"At Dotdigital (account {account}): the contact, in {string.Join(" and ", books)}. Rollcall no longer knows of it "
                    + "and takes it out of no book: delete it there if it must go too.";
        }

        foreach (var job in jobs)
        {
            yield return job.File is null
                ? $"The job file {job.Path} of {job.Tag} cannot be read: its source may have the person, and its status files, "
                    + "if it writes any, were not searched."
                : $"The source of {job.Tag} ({job.File.Source}): while an audience there has the person, the next run reads the person again, "
                    + $"and {(optOutsKept > 0 ? "leaves them alone where they had opted out" : "enters them as new")}.";
            if (job.File?.StatusSink is { } sink and not (FileSinkOptions or ProfilesSinkOptions))
            {
                yield return $"Status events that {job.Tag} wrote to {sink}.";
            }
        }

        yield return "Backups of the data folder, and what failures --csv, status events or logs were copied to.";
    }
}
