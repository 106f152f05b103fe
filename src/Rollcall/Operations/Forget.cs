using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Operations;

/// <summary>
/// Erases a person from everything the data folder holds, and from the status files its jobs wrote. Of each opt-out a keyed hash is kept, which is
/// honoured like the opt-out. Cut short at any moment, the same call goes on.
/// </summary>
public static class Forget
{
    /// <summary>Forgets one address, however it is written.</summary>
    /// <param name="email">The address.</param>
    /// <param name="dataFolder">The data folder's path.</param>
    /// <param name="environment">Reads the environment for job files, which say where status files and sources are.</param>
    /// <param name="checkpoint">As <see cref="Workplace.Checkpoint"/>.</param>
    /// <exception cref="RollcallException">Exit 6: a run, a plan or another command works in the folder, or a job has sent something of the person that no
    /// run has settled.</exception>
    public static ForgetResult Run(string email, string dataFolder, Func<string, string?> environment, Action<string>? checkpoint = null,
        CancellationToken cancellation = default)
    {
        var trace = new Trace(email);
        if (!trace.MemberKey.Contains('@', StringComparison.Ordinal))
        {
            throw new RollcallException(ExitCode.BadJob, $"\"{email.Trim()}\" is not an email address.", null, "Give the person's whole address.");
        }

        var folder = new DataFolder(dataFolder, checkpoint);
        using var taken = folder.TryRareLock(ForgetLock.Name) ?? throw ForgetLock.Busy(folder, "Another person is being erased");
        ForgetLock.RefuseWhileOthersWork(folder);
        using var store = Stores.Open(folder, checkpoint);
        store.Rekey(cancellation);
        return Run(email, trace, folder, store, environment, cancellation);
    }

    private static ForgetResult Run(string email, Trace trace, DataFolder folder, IStore store, Func<string, string?> environment,
        CancellationToken cancellation)
    {
        RunFolders.DeleteDeadFolders(folder);
        OpenDeliveries.Refuse(folder, store.Deliveries, trace, cancellation);
        var jobs = KnownJobs.Read(store, environment);
        var known = jobs.SelectMany(j => j.Rows(folder, store, trace, cancellation)).ToList();
        var kept = KeepOptOuts(folder, store.Forgotten, trace, known);
        ForgottenThere.Keep(folder, store, trace, known, cancellation);

        // Only now may what is kept as a hash go: a run cut off here still has either.
        var ofStore = store.Forgotten.Erase(trace);
        var files = new FileTraces(folder, trace);
        var erased = files.EraseHere(cancellation).ToDictionary(e => e.Key, e => e.Value);
        var status = jobs.SelectMany(j => j.StatusFiles()).Distinct(StringComparer.Ordinal).Sum(path => files.EraseStatusFile(path, cancellation));
        foreach (var (kind, rows) in new[] { ("store", ofStore), ("status files", status) }.Where(k => k.Item2 > 0))
        {
            erased[kind] = rows;
        }

        jobs.ForEach(j => j.CountAgain(folder, store, cancellation));
        if (!store.Forgotten.Purge())
        {
            throw new RollcallException(
                ExitCode.Busy,
                "Another command reads the data folder: the person is erased, but the store's log still has a copy.",
                null,
                "Repeat the command when the other has ended.");
        }

        return new ForgetResult { Email = email.Trim(), Erased = erased, OptOutsKept = kept, Remains = [.. Remaining.Of(jobs, known, kept)] };
    }

    /// <summary>Keeps a hash of each opt-out, and of what only the ledger knows: people that Dotdigital showed as out when they were read back.</summary>
    private static long KeepOptOuts(DataFolder folder, IForgotten forgotten, Trace trace, IReadOnlyList<KnownRow> known)
    {
        List<KnownOptOut> outs = [.. forgotten.OptOutsOf(trace.MemberKey)];
        outs.AddRange(known
            .Where(k => k.State == "suppressed"
                && !outs.Exists(o => o.AccountId == k.Job.AccountId && (o.BookId == k.BookId || o.BookId == OptOuts.WholeAccount)))
            .Select(k => new KnownOptOut(k.Job.AccountId, k.BookId, k.Status ?? "Suppressed", null)));
        if (outs.Count > 0)
        {
            forgotten.Keep(KeyedHash.OfFolder(folder).Of(trace.MemberKey), outs);
        }

        // All of the person's, also what an earlier forgetting kept.
        return File.Exists(folder.Full(KeyedHash.FileName)) ? forgotten.Count(KeyedHash.OfFolder(folder).All(trace.Email)) : 0;
    }
}

/// <summary>What was erased of a person, and what was not. Its JSON form is the contract of <c>rollcall forget --json</c>.</summary>
public sealed record ForgetResult
{
    /// <summary>The address as asked.</summary>
    public required string Email { get; init; }

    /// <summary>
    /// Rows erased, by where they were: <c>ledger</c>, <c>manifests</c>, <c>outcomes</c>, <c>failures</c>, <c>events</c>, <c>there</c>, <c>insight</c>,
    /// <c>logs</c>, <c>store</c>, <c>status files</c>.
    /// </summary>
    public required IReadOnlyDictionary<string, long> Erased { get; init; }

    /// <summary>Opt-outs of the person that stay known, by a keyed hash.</summary>
    public long OptOutsKept { get; init; }

    /// <summary>What is out of Rollcall's hands, a sentence each.</summary>
    public required IReadOnlyList<string> Remains { get; init; }
}
