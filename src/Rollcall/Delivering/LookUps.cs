using System.Runtime.CompilerServices;
using Rollcall.Dotdigital;
using Rollcall.Model;

namespace Rollcall.Delivering;

/// <summary>Looks people up at Dotdigital, a call each, several at a time; the governor paces them.</summary>
internal static class LookUps
{
    private const int AtOnce = 8;
    private const int Batch = 500;

    /// <summary>
    /// Finds one person: by the contact's id, and by the address where the id says nothing of it. Contacts are merged, and addresses change: whoever has the
    /// address now is the person; a contact under another address is, where nobody has it.
    /// </summary>
    public static async Task<Contact?> FindAsync(RunContext run, string memberKey, long? contactId, string email, CancellationToken cancellation)
    {
        var byId = contactId is { } id ? await run.Client.Contacts.FindByIdAsync(id, cancellation) : null;
        if (byId is { Status: not ContactStatus.Deleted } && byId.Email is { } address && MemberKey.Of(address) == memberKey)
        {
            return byId;
        }

        return await run.Client.Contacts.FindByEmailAsync(email, cancellation) ?? byId;
    }

    /// <summary>Finds people by address, in no order; null for whom Dotdigital does not have.</summary>
    public static async IAsyncEnumerable<(string MemberKey, Contact? Contact)> ByEmailAsync(RunContext run, IReadOnlyList<(string MemberKey, string Email)> people, string step, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var done = 0L;
        foreach (var batch in people.Chunk(Batch))
        {
            var found = new Contact?[batch.Length];
            await Parallel.ForAsync(0, batch.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (i, stop) =>
                found[i] = await run.Client.Contacts.FindByEmailAsync(batch[i].Email, stop));
            for (var i = 0; i < batch.Length; i++)
            {
                yield return (batch[i].MemberKey, found[i]);
            }

            run.Progress?.Report(new RunProgress(step, done += batch.Length, people.Count, "people"));
        }
    }
}
