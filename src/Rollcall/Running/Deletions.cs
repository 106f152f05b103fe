using Rollcall.Dotdigital;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Running;

/// <summary>
/// Who is deleted at Dotdigital, shared by all jobs of the account: opt-outs of status Deleted, which never replace an opt-out of the person's own.
/// </summary>
internal sealed class Deletions(RunContext run)
{
    /// <summary>The status such an opt-out has.</summary>
    public const string Status = nameof(ContactStatus.Deleted);

    // A contact's moment is cut to the second, and clocks are read some seconds off.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private readonly IOptOuts _optOuts = run.Store.OptOuts(run.Client.Account.Id);

    /// <summary>Keeps people who were looked up by id and by address, and are neither. A person who registers again is compared with this moment.</summary>
    public void Keep(IReadOnlyList<(string MemberKey, long? ContactId)> people)
    {
        if (people.Count > 0)
        {
            _optOuts.KeepDeleted(
                run.OptOuts.Hashed(people.Select(p => new SeenOptOut(p.MemberKey, OptOuts.WholeAccount, p.ContactId, Status, Named: true))), run.Now);
        }
    }

    /// <summary>Lifts the deletions of people that Dotdigital shows.</summary>
    public void Lift(IEnumerable<string> memberKeys) => _optOuts.LiftDeleted(memberKeys, run.Now);

    /// <summary>Fills <c>deletion_seen(member_key, seen)</c> of the run's database.</summary>
    public void CopyTo(RunDatabase db)
    {
        db.Execute("CREATE OR REPLACE TABLE deletion_seen(member_key VARCHAR, seen BIGINT)");
        using var appender = db.Connection.CreateAppender("deletion_seen");
        _optOuts.Deleted(one =>
        {
            db.StopIfCancelled();
            appender.CreateRow().AppendValue(one.EmailKey).AppendValue(one.DeletedAt).EndRow();
        });
    }

    /// <summary>
    /// The manifests of calls of this account, by any job, that may have created a contact at a moment: calls whose end is unknown, or that lasted
    /// until then.
    /// </summary>
    public IReadOnlyList<CreatingCall> WritesAround(DateTimeOffset created) =>
    [
        .. run.Store.Deliveries
            .Creating(run.Client.Account.Id, (created - Margin).ToUnixTimeMilliseconds(), (created + Margin).ToUnixTimeMilliseconds())
            .Where(call => File.Exists(run.Folder.Full(call.Manifest))),
    ];
}
