using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Connecting;

/// <summary>Connects to the job's account, and matches what the job names with what is there.</summary>
internal static class Connection
{
    /// <summary>Connects to the account's own endpoint; what Dotdigital refuses stops with exit code 4 and what to do.</summary>
    public static async Task<DotdigitalClient> ConnectAsync(Job job, Workplace workplace, CancellationToken cancellation)
    {
        var credentials = workplace.Credentials(job.Authorization);
        return await DotdigitalClient.ConnectAsync(
            new DotdigitalOptions
            {
                Username = credentials.Username,
                Password = credentials.Password,
                Endpoint = credentials.Endpoint,
                Job = job.Tag,
                Share = job.BudgetShare,
                Clock = workplace.Clock,
                Logger = workplace.Logs.CreateLogger("Rollcall.Dotdigital"),
                Waits = workplace.Progress is { } progress ? new WaitProgress(progress) : null,
                Handler = workplace.Checkpoint is { } checkpoint
                    ? new CheckpointHandler(checkpoint, workplace.Http ?? new SocketsHttpHandler { AllowAutoRedirect = false })
                    : workplace.Http,
            },
            cancellation);
    }

    /// <summary>Reads all books and data fields of the account and finds everything the job names that is not there.</summary>
    public static async Task<Destination> ReadAsync(Job job, DotdigitalClient client, IBooks kept, CancellationToken cancellation)
    {
        var books = new List<AddressBook>();
        await foreach (var book in client.AddressBooks.ListAsync(cancellation))
        {
            books.Add(book);
        }

        var problems = new List<Problem>();
        var resolved = ResolveBooks(job, books, kept, problems);
        var fields = (await client.DataFields.ListAsync(cancellation)).ToDictionary(f => f.Name, f => f.Type, StringComparer.OrdinalIgnoreCase);
        var absent = job.Config.DataFields.Where(f => !fields.ContainsKey(f)).ToList();
        var used = kept.Fields(job.Tag).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var vanished = job.CreateMissingFields ? [] : absent.Where(used.Contains).ToList();
        var unknown = absent.Except(vanished).ToList();
        if (!job.CreateMissingFields && unknown.Count > 0)
        {
            problems.Add(new Problem(
                $"The account has no data field {string.Join(", ", unknown)}.",
                job.Where(job.Config.Mappings.Any(m => unknown.Contains(m.DataField)) ? "config.mappings" : "config.recommender_mappings"),
                string.Concat(unknown.Select(name => Near(name, fields.Keys)))
                    + "Create them at Dotdigital, take them out of the mappings, or set create_missing_fields: true."));
        }

        return new Destination(client.Account, resolved.Books, resolved.Targets, resolved.Mapping, fields, job.CreateMissingFields ? unknown : [], vanished,
            resolved.Vanished, problems)
        {
            AllBooks = books.Select(b => b.Id).ToHashSet(),
        };
    }

    private static string Near(string written, IEnumerable<string> known) =>
        Nearest.To(written, known) is { } near ? $"Did you mean \"{near}\" for \"{written}\"? " : "";

    private static (List<RunBook> Books, List<BookTarget> Targets, List<(int, int)> Mapping, List<string> Vanished) ResolveBooks(Job job,
        List<AddressBook> account, IBooks kept, List<Problem> problems)
    {
        var used = kept.Of(job.Tag);
        var books = new List<RunBook>();
        var targets = new List<BookTarget>();
        var mapping = new List<(int, int)>();
        var vanished = new List<string>();
        for (var i = 0; i < job.Config.SegMappings.Count; i++)
        {
            var (segment, target) = job.Config.SegMappings[i];
            var audience = job.Config.SegmentIds.ToList().IndexOf(segment);
            var found = target.Id is { } id
                ? account.Find(b => b.Id == id)
                : account.Find(b => string.Equals(b.Name, target.Name, StringComparison.OrdinalIgnoreCase))
                  ?? account.Find(b => used.Any(u => u.BookId == b.Id && string.Equals(u.Name, target.Name, StringComparison.OrdinalIgnoreCase)));
            if (found is null
                && used.Any(u => target.Id is { } byId ? u.BookId == byId : string.Equals(u.Name, target.Name, StringComparison.OrdinalIgnoreCase)))
            {
                if (!vanished.Contains(target.ToString()))
                {
                    vanished.Add(target.ToString());
                }

                continue;
            }

            if (found is null && !target.Create)
            {
                problems.Add(new Problem(
                    $"The account has no address book {target}.",
                    job.Where($"config.seg_mappings[{i}]"),
                    target.Id is null
                        ? $"{Near(target.Name!, account.Select(b => b.Name))}Name one that exists, or add create: true."
                        : "Give the id of one that exists (its page at Dotdigital shows it), or a name with create: true."));
                continue;
            }

            var no = books.FindIndex(b => found is null
                ? b.Id is null && string.Equals(b.Name, target.Name, StringComparison.OrdinalIgnoreCase)
                : b.Id == found.Id);
            if (no < 0)
            {
                no = books.Count;
                books.Add(new RunBook(no, found?.Id, found?.Name ?? target.Name!) { Contacts = found?.Contacts ?? 0 });
                targets.Add(target);
            }

            if (!mapping.Contains((audience, no)))
            {
                mapping.Add((audience, no));
            }
        }

        return (books, targets, mapping, vanished);
    }

    private sealed class WaitProgress(IProgress<RunProgress> progress) : IProgress<CallWait>
    {
        public void Report(CallWait value) =>
            progress.Report(new RunProgress(value.Reason, 0, null, value.Until is { } until ? $"until {until:HH:mm:ss} UTC" : ""));
    }
}
