using Rollcall.Connecting;
using Rollcall.Delivering;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Reading;
using Rollcall.Recording;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall;

/// <summary>What is compared.</summary>
/// <param name="Read">What was read of the audiences; the roll is in the run's database.</param>
/// <param name="Ledger">The relation of the ledger.</param>
/// <param name="LedgerRows">How many rows it has.</param>
/// <param name="There">The relation of people in the books before the job.</param>
internal sealed record Prepared(AudiencesRead Read, string Ledger, long LedgerRows, string There);

/// <summary>What comes before the comparison, and before the first delivery.</summary>
internal static class Preparation
{
    /// <summary>Reads opt-outs, who was there before, and the audiences; the same for a run, a plan and an explanation.</summary>
    /// <param name="upkeep">Brings the ledger up to what the books show; null where nothing may change.</param>
    /// <param name="underWay">Deliveries of earlier runs that have not ended: their people are left out.</param>
    public static async Task<Prepared> ReadAsync(
        RunContext run, Destination destination, RunOptions options, LedgerUpkeep? upkeep, IReadOnlyList<Delivery> underWay, CancellationToken cancellation)
    {
        var mapped = run.Books.Where(b => b.Id is not null).Select(b => b.Id!.Value).ToList();
        run.Db.Execute(Recommendations.Create);
        run.Db.Execute(InsightRecords.Create);
        run.Db.Execute(Outbox.Create);
        LeaveOut(run, underWay);
        var unread = await run.OptOuts.ReadAsync(run.Client, mapped.Prepend(OptOuts.WholeAccount), run.Progress, cancellation);
        LateOptOuts.Close(run, unread);
        var there = await new AlreadyThere(run).ReadAsync(mapped, mayRead: upkeep is not null, cancellation);
        run.OptOuts.CopyTo(run.Db, mapped);
        if (upkeep is not null)
        {
            await upkeep.LookAsync(mapped, cancellation);
        }
        else if (run.Store.Watch(run.Job.Tag, run.Client.Account.Id).People is > 0 and var watched)
        {
            run.Report(Findings.PeopleOnWatch(watched));
        }

        ProfilesSink.MakeFor(run.Job);
        var read =
            await new RollCall(run).ReadAsync(destination, adopts: options.Adopt is not null,
                mayBeEmpty: options.Allow.Contains("empty") || run.Job.Guards.EmptyAudience == EmptyAudience.Allow, cancellation);
        run.OptOuts.Forgotten?.AddTo(run.Db);
        ForgottenThere.AddTo(run, there);

        if (upkeep is not null && await upkeep.RunAsync(destination, options, cancellation))
        {
            run.OptOuts.CopyTo(run.Db, mapped);
            run.OptOuts.Forgotten?.AddTo(run.Db);
        }
        else if (upkeep is null && new MissingPeople(run, options).Suspects() is { Count: > 0 } suspects)
        {
            new Watch(run).CopyTo(run.Db);
            await new ForeignRemovals(run, options).LookAsync(suspects, cancellation);
        }

        var current = run.Ledger;
        var ledger = LedgerFiles.Relation(run.Folder, current.Folder);
        if (upkeep is null && options.Adopt is { } adoptAs)
        {
            await new Adoption(run, destination, adoptAs).FindAsync(ledger, cancellation);
            ledger = Adoption.Joined(ledger);
        }
        else if (upkeep is null)
        {
            Adoption.SayAlreadyThere(run, ledger, there);
        }

        return new Prepared(read, ledger, current.Rows, there);
    }

    /// <summary>Leaves out the people of deliveries that have not ended: a member is in one at most.</summary>
    public static void LeaveOut(RunContext run, IReadOnlyList<Delivery> underWay)
    {
        foreach (var manifest in underWay.Select(d => d.Manifest).OfType<string>())
        {
            run.Db.Execute($"INSERT INTO under_way SELECT DISTINCT kh, member_key, 'UnderWay' FROM {run.Rows(manifest)}");
        }
    }

    /// <summary>Creates the books and data fields that are missing, once the guards agree.</summary>
    public static async Task CreateMissingAsync(RunContext run, Destination destination, PlannedWork work, CancellationToken cancellation)
    {
        foreach (var (name, type) in work.Read.NewFields)
        {
            await Creations.CreateFieldAsync(run, name, type, cancellation);
        }

        var there = new AlreadyThere(run);
        foreach (var book in run.Books.Where(b => b.Id is null && !work.Verdict.Books.Contains(b.No)).ToList())
        {
            var created = await Creations.CreateBookAsync(run, book, destination.Targets[book.No], cancellation);
            run.Books[book.No] = created;
            run.Db.Execute($"UPDATE book SET book_id = {created.Id} WHERE book_no = {book.No}");
            there.Keep(created.Id!.Value, null, 0);
            Namesakes.InheritLate(run, created, destination.Targets[book.No].Name, cancellation);
            await run.OptOuts.ReadAsync(run.Client, [created.Id.Value], run.Progress, cancellation);
        }

        // The name the job uses, so that a book renamed at Dotdigital is still found.
        run.Store.Books.Keep(
            run.Job.Tag,
            run.Books.Where(b => b.Id is not null).Select(b => (b.Id!.Value, destination.Targets[b.No].Name ?? b.Name)),
            run.Job.Config.DataFields.Except(destination.VanishedFields, StringComparer.OrdinalIgnoreCase));
    }
}
