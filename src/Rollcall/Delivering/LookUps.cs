using System.Runtime.CompilerServices;
using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Delivering;

/// <summary>Looks people up at Dotdigital, a call each, several at a time; the governor paces them.</summary>
internal static class LookUps
{
    private const int AtOnce = 8;
    private const int Batch = 500;

    /// <summary>
    /// Finds the contact that the ledger knows: by id, whatever address it has now, and by address only where Dotdigital does not have the id any more. Null,
    /// or a contact whose status is Deleted, only where both say that there is nobody.
    /// </summary>
    public static async Task<Contact?> FindContactAsync(RunContext run, long? contactId, string email, CancellationToken cancellation)
    {
        var byId = contactId is { } id ? await run.Client.Contacts.FindByIdAsync(id, cancellation) : null;
        return byId is { Status: not ContactStatus.Deleted } ? byId : await run.Client.Contacts.FindByEmailAsync(email, cancellation) ?? byId;
    }

    /// <summary>
    /// Finds one person: by the contact's id, and by the address where the id says nothing of it. Contacts are merged, and addresses change: the person
    /// with the address now is the person; a contact under another address is, where nobody has it. Null, or a contact whose status is Deleted, only where
    /// both say that there is nobody.
    /// </summary>
    public static async Task<Contact?> FindAsync(RunContext run, string memberKey, long? contactId, string email, CancellationToken cancellation)
    {
        var byId = contactId is { } id ? await run.Client.Contacts.FindByIdAsync(id, cancellation) : null;
        if (byId is { Status: not ContactStatus.Deleted } && byId.Email is { } address && MemberKey.Of(address) == memberKey)
        {
            return byId;
        }

        var byEmail = await run.Client.Contacts.FindByEmailAsync(email, cancellation);
        return byEmail is { Status: not ContactStatus.Deleted } ? byEmail : byId is { Status: not ContactStatus.Deleted } ? byId : byEmail ?? byId;
    }

    /// <summary>
    /// A contact's address as Dotdigital spells it, for calls that go by address: of people found in a book, the ledger knows the key, whose domain is in
    /// ASCII. The address given, where the contact is somebody else.
    /// </summary>
    public static async Task<string> SpelledAsync(RunContext run, string memberKey, long contactId, string email, CancellationToken cancellation) =>
        (await run.Client.Contacts.FindByIdAsync(contactId, cancellation))?.Email is { } spelled && MemberKey.Of(spelled) == memberKey ? spelled : email;

    /// <summary>Finds people by address, in the order given; null for people that Dotdigital does not have.</summary>
    public static async IAsyncEnumerable<(string MemberKey, Contact? Contact)> ByEmailAsync(
        RunContext run, IReadOnlyList<(string MemberKey, string Email)> people, string step, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var all = Ask(run, people, (person, stop) => run.Client.Contacts.FindByEmailAsync(person.Email, stop), step, cancellation);
        await foreach (var (person, contact) in all)
        {
            yield return (person.MemberKey, contact);
        }
    }

    /// <summary>
    /// Finds contacts that the ledger knows, as <see cref="FindContactAsync"/> does, in the order given, and keeps the opt-outs they show. One person that
    /// Dotdigital refuses to show must not stop this run and every later one: nothing is said of them.
    /// </summary>
    public static async IAsyncEnumerable<(string MemberKey, Contact? Contact)> ManyAsync(
        RunContext run, IReadOnlyList<(string MemberKey, string Email, long? ContactId)> people, string step,
            [EnumeratorCancellation] CancellationToken cancellation)
    {
        var all = Ask(run, people, (person, stop) => TryFindAsync(run, person.ContactId, person.Email, stop), step, cancellation);
        await foreach (var (person, (contact, told)) in all)
        {
            if (told)
            {
                run.OptOuts.KeepSeen([.. SeenOptOuts.Of(person.MemberKey, contact, named: true)]);
                yield return (person.MemberKey, contact);
            }
        }
    }

    /// <summary>Finds contacts by id, in the order given; null for those that Dotdigital does not have, or refuses to show.</summary>
    public static async IAsyncEnumerable<(long Id, Contact? Contact)> ByIdAsync(
        RunContext run, IReadOnlyList<long> ids, string step, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var (id, contact) in Ask(run, ids, (id, stop) => TryFindAsync(run, id, stop), step, cancellation))
        {
            yield return (id, contact);
        }
    }

    private static async Task<Contact?> TryFindAsync(RunContext run, long id, CancellationToken cancellation)
    {
        try
        {
            return await run.Client.Contacts.FindByIdAsync(id, cancellation);
        }
        catch (DotdigitalException e) when (e.Kind == FailureKind.Permanent)
        {
            return null;
        }
    }

    private static async Task<(Contact? Contact, bool Told)> TryFindAsync(RunContext run, long? contactId, string email, CancellationToken cancellation)
    {
        try
        {
            return (await FindContactAsync(run, contactId, email, cancellation), true);
        }
        catch (DotdigitalException e) when (e.Kind == FailureKind.Permanent)
        {
            return (null, false);
        }
    }

    private static async IAsyncEnumerable<(TPerson Person, TAnswer Answer)> Ask<TPerson, TAnswer>(
        RunContext run, IReadOnlyList<TPerson> people, Func<TPerson, CancellationToken, Task<TAnswer>> ask, string step,
            [EnumeratorCancellation] CancellationToken cancellation)
    {
        var done = 0L;
        foreach (var batch in people.Chunk(Batch))
        {
            var answers = new TAnswer[batch.Length];
            await Parallel.ForAsync(0, batch.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
                async (i, stop) =>
                answers[i] = await ask(batch[i], stop));
            for (var i = 0; i < batch.Length; i++)
            {
                yield return (batch[i], answers[i]);
            }

            run.Progress?.Report(new RunProgress(step, done += batch.Length, people.Count, "people"));
        }
    }
}
