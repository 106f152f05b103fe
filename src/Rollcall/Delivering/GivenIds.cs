using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Delivering;

/// <summary>
/// Contact ids that the profiles bring along (<c>id_field</c>). A wrong one would write a stranger's fields and put the stranger into a book, so
/// an id is used to match only after Dotdigital showed that it has the member's address; otherwise the address matches.
/// </summary>
internal sealed class GivenIds(RunContext run)
{
    /// <summary>Most ids that are looked up in a run, a call each.</summary>
    public const int MostLookUps = 50;

    public async Task ConfirmAsync(CancellationToken cancellation)
    {
        var given = run.Db.Query(
            $"SELECT member_key, given_id FROM changed WHERE contact_id IS NULL AND given_id IS NOT NULL ORDER BY kh LIMIT {MostLookUps}",
            r => (Key: r.GetString(0), Id: r.GetInt64(1)));
        foreach (var (key, id) in given)
        {
            var contact = await run.Client.Contacts.FindByIdAsync(id, cancellation);
            if (contact?.Email is { } email && MemberKey.Of(email) == key)
            {
                run.Db.Execute($"UPDATE changed SET contact_id = {id} WHERE member_key = {SqlText.Literal(key)}");
            }
            else
            {
                run.Report(Findings.GivenIdsNotMatched());
            }
        }
    }
}
