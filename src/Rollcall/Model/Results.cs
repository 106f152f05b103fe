namespace Rollcall.Model;

/// <summary>How a run ended.</summary>
public enum RunState
{
    /// <summary>It goes on, or its process died and the next run settles it.</summary>
    Running,

    /// <summary>Everything that could be done was done.</summary>
    Completed,

    /// <summary>A guard held something back; the rest was done.</summary>
    Held,

    /// <summary>It stopped with an error.</summary>
    Failed,

    /// <summary>It was interrupted; the next run resumes.</summary>
    Interrupted,
}

/// <summary>What became of one audience in one book. members = entered + updated + unchanged + suppressed + invalid + omitted + held.</summary>
public sealed record AudienceResult
{
    /// <summary>The audience's id.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it in Lytics; null where its id is its name.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>The book's id; null in a plan for a book that is yet to be created.</summary>
    public long? AddressBookId { get; init; }

    /// <summary>The book's name.</summary>
    public required string AddressBook { get; init; }

    /// <summary>Rows of the audience.</summary>
    public long Members { get; init; }

    /// <summary>Members who entered the book.</summary>
    public long Entered { get; init; }

    /// <summary>Members whose fields were sent.</summary>
    public long Updated { get; init; }

    /// <summary>Former members who left the book.</summary>
    public long Exited { get; init; }

    /// <summary>Members with nothing to send.</summary>
    public long Unchanged { get; init; }

    /// <summary>Members left alone because they opted out, bounced, complained, or were deleted.</summary>
    public long Suppressed { get; init; }

    /// <summary>Members whose address is no address.</summary>
    public long Invalid { get; init; }

    /// <summary>Rows left out: no email, duplicate.</summary>
    public long Omitted { get; init; }

    /// <summary>Members whose change a guard held back, or whose delivery failed or waits.</summary>
    public long Held { get; init; }
}

/// <summary>What became of the changes: member x book.</summary>
public sealed record OutcomeCounts
{
    /// <summary>Confirmed by Dotdigital.</summary>
    public long Delivered { get; init; }

    /// <summary>Not known yet, or waiting for the person to confirm.</summary>
    public long Pending { get; init; }

    /// <summary>Left alone: opted out, bounced, complained, deleted.</summary>
    public long Suppressed { get; init; }

    /// <summary>No address.</summary>
    public long Invalid { get; init; }

    /// <summary>Not delivered, maybe later.</summary>
    public long Failed { get; init; }

    /// <summary>Left out with a reason.</summary>
    public long Omitted { get; init; }
}

/// <summary>Calls made to Dotdigital.</summary>
/// <param name="Total">All of them.</param>
/// <param name="ByOperation">By operation, such as <c>contacts.import</c>.</param>
public sealed record ApiCalls(long Total, IReadOnlyDictionary<string, long> ByOperation);

/// <summary>One change that was not delivered.</summary>
/// <param name="Email">The address, or the text that is none; empty where there was none.</param>
/// <param name="Audience">The audience.</param>
/// <param name="Operation">enter, update, exit, field, read.</param>
/// <param name="Code">A stable code, such as <c>InvalidEmail</c>.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record Failure(string Email, string Audience, string Operation, string Code, string Reason)
{
    /// <summary>The outcome's word.</summary>
    public string Outcome { get; init; } = "Failed";

    /// <summary>The book's id; null when it is of no book.</summary>
    public long? AddressBookId { get; init; }

    /// <summary>The row in the source, or the line of <see cref="File"/>; null when unknown.</summary>
    public long? Row { get; init; }

    /// <summary>The name of the file whose line it is; null where <see cref="Row"/> counts the audience's rows.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? File { get; init; }
}

/// <summary>Failures of one kind, counted.</summary>
/// <param name="Outcome">The outcome's word.</param>
/// <param name="Reason">Why, in words, without what is each person's own.</param>
/// <param name="Operation">As <see cref="Failure.Operation"/>.</param>
/// <param name="Code">As <see cref="Failure.Code"/>.</param>
/// <param name="Count">How many: member x book.</param>
/// <param name="Example">The first address; where there is none, the row or the line. Empty where there is neither.</param>
public sealed record FailureReason(string Outcome, string Reason, string Operation, string Code, long Count, string Example);

/// <summary>A guard that held something back.</summary>
/// <param name="Guard">exits, enters, mails, moves, empty, rejects, missing, deleted, optouts, watchdog; quiet for a run that did not begin.</param>
/// <param name="Audience">The audience; null when the guard is of a book or a run.</param>
/// <param name="AddressBookId">The book; null when the guard is of the run.</param>
/// <param name="Limit">The limit, in words or as a number.</param>
/// <param name="Actual">What the run would have done.</param>
public sealed record GuardHeld(string Guard, string? Audience, long? AddressBookId, string Limit, long Actual);

/// <summary>What a run did. Its JSON form is the contract of <c>rollcall run --json</c>.</summary>
public sealed record RunResult
{
    /// <summary>The job's tag.</summary>
    public required string Job { get; init; }

    /// <summary>The run's id.</summary>
    public required string RunId { get; init; }

    /// <summary>How it ended.</summary>
    public RunState State { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>When it ended; null while it goes on.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>One entry an audience and book.</summary>
    public IReadOnlyList<AudienceResult> Audiences { get; init; } = [];

    /// <summary>Counts by outcome.</summary>
    public OutcomeCounts Outcomes { get; init; } = new();

    /// <summary>
    /// What this run found out about deliveries of an earlier run that did not end: member x book, beside <see cref="Outcomes"/>; null where there was
    /// none.
    /// </summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public OutcomeCounts? SettledEarlier { get; init; }

    /// <summary>Values that did not fit their data field.</summary>
    public long ValuesLeftOut { get; init; }

    /// <summary>Calls made.</summary>
    public ApiCalls ApiCalls { get; init; } = new(0, new Dictionary<string, long>());

    /// <summary>Bytes sent in bodies.</summary>
    public long BytesSent { get; init; }

    /// <summary>The first 100 changes that were not delivered.</summary>
    public IReadOnlyList<Failure> Failures { get; init; } = [];

    /// <summary>All of them, counted by reason.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyList<FailureReason> Reasons { get; init; } = [];

    /// <summary>Guards that held something back.</summary>
    public IReadOnlyList<GuardHeld> Guards { get; init; } = [];

    /// <summary>
    /// What else the user should know, in words: the findings' where somebody has put them in, why a run stopped, and what older versions said.
    /// </summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>What else the user should know: vanished books, held exits, people unsubscribed again.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>Dotdigital's clock when the run ended; null where it was never asked.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    internal DateTimeOffset? Ended { get; init; }

    /// <summary>The program's exit code for this result.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public ExitCode ExitCode { get; init; }

    /// <summary>Whether the run was told not to go on once it was planned: nothing was sent, and it is no run.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool Declined { get; init; }

    /// <summary>Whether the run was limited to some members: what it did not do says nothing of the audiences.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    internal bool IsLimited { get; init; }

    /// <summary>The data folder's file of everything that was not delivered; null when there is none.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string? FailuresFile { get; init; }

    /// <summary>The plan's cost; null in the result of a run.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public PlanCost? Plan { get; init; }

    /// <summary>The first rows of each kind of change; null in the result of a run.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<PlannedChange>? Changes { get; init; }
}
