using Rollcall.Simulators;

namespace Rollcall.Tests.Histories;

/// <summary>Makes random runs, faults, and what happens at Dotdigital before and during them.</summary>
/// <param name="there">The people in the books before the jobs.</param>
/// <param name="remakes">Whether books are deleted and created again.</param>
internal sealed class RunMaker(Random random, IReadOnlyList<(int Person, int Book)> there, bool remakes)
{
    private static readonly string[] KillWords = ["commit", "file", "request", "answer"];

    public RunOf Run(int jobs) => new(
        random.Next(jobs),
        random.Next(5) == 0 ? (Way)random.Next(1, 7) : Way.Whole,
        [.. Enumerable.Range(0, Math.Max(0, random.Next(-3, 3))).Select(_ => AFault())],
        random.Next(3) == 0 ? (KillWords[random.Next(KillWords.Length)], random.Next(1, 22)) : null,
        [.. Enumerable.Range(0, Math.Max(0, random.Next(-2, 3))).Select(_ => Meanwhile())]);

    public AtDotdigital AnyAction()
    {
        var book = random.Next(History.Books);
        var person = random.Next(History.People.Count);
        return random.Next(26) switch
        {
            < 7 => new(AccountAction.LeavesBook, person, book),
            < 9 => new(AccountAction.LeavesAccount, person, book),
            9 => new(AccountAction.Bounces, person, book),
            10 => new(AccountAction.Complains, person, book),
            11 or 12 => new(AccountAction.ComesBackToBook, person, book),
            13 => new(AccountAction.ComesBackToAccount, person, book),
            14 or 15 => new(AccountAction.IsTakenOutOfBook, person, book),
            16 or 17 => new(AccountAction.IsDeleted, person, book),
            18 => new(AccountAction.RegistersAgain, person, book),
            19 => new(AccountAction.ChangesAddress, person, book),
            20 => new(AccountAction.IsMerged, person, book),
            21 when random.Next(2) == 0 => new(AccountAction.IsMerged, person, book, random.Next(History.People.Count)),
            22 when random.Next(2) == 0 => new(AccountAction.BookIsEmptied, person, book),
            23 when remakes => new(AccountAction.BookIsRecreated, person, book),
            _ => new(AccountAction.Confirms, person, book),
        };
    }

    /// <summary>This machine's clock jumps: by an hour, by days, or back to what is right.</summary>
    public ClockIsWrong Clock() => new(random.Next(4) switch
    {
        0 => TimeSpan.Zero,
        1 => TimeSpan.FromHours(random.Next(-3, 4)),
        _ => TimeSpan.FromHours(random.Next(-100, 300)),
    });

    /// <summary>Half of the events during a run are the hardest case: someone leaves a book at about the time an import names it.</summary>
    private (int, Step) Meanwhile()
    {
        if (random.Next(12) == 0)
        {
            return (random.Next(1, 25), Clock());
        }

        if (there.Count == 0 || random.Next(2) == 0)
        {
            return (random.Next(1, 25), AnyAction());
        }

        var (person, book) = there[random.Next(there.Count)];
        return (random.Next(8, 15), new AtDotdigital(AccountAction.LeavesBook, person, book));
    }

    private Fault AFault()
    {
        var operation = random.Next(7) switch
        {
            0 or 1 => "importContacts",
            2 => "getImportStatus",
            3 => "addContactToAddressBook",
            4 => "deleteContactsFromAddressBook",
            _ => null,
        };
        var fault = new Fault
        {
            Operation = operation,
            Occurrence = random.Next(1, operation is null ? 25 : 3),
            Times = random.Next(5) == 0 ? random.Next(2, 12) : 1,
            Kind = (FaultKind)random.Next(3),
            Status = random.Next(3) switch { 0 => 429, 1 => 503, _ => operation == "getImportStatus" ? 404 : 500 },
        };

        // There is no answer, but it is applied anyway: seconds later, or hours.
        var mayBeLate = operation is "importContacts" or "deleteContactsFromAddressBook"
            && fault is { Kind: FaultKind.DropAfter } or { Kind: FaultKind.Refuse, Status: 500 };
        return mayBeLate && random.Next(2) == 0 ? fault with { Late = AccountMaker.Lateness(random) } : fault;
    }
}
