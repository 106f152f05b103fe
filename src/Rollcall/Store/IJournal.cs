namespace Rollcall.Store;

/// <summary>
/// The journal of one job: intent before the call, receipt the moment it is known, outcomes when they are known. A delivery of single calls has a row
/// before each call goes out, and its answer as it arrives: a row without an answer may have been acted on, no row was never sent. These rows go when
/// the delivery is settled: its outcomes hold all they said.
/// </summary>
internal interface IJournal
{
    /// <summary>Commits the intent of a call.</summary>
    /// <param name="seenNo">The count of readings of opt-outs that the manifest took account of: opt-outs learnt later are looked at once more.</param>
    /// <param name="answers">The opt-outs that the call answers: marked with it, so that each is answered once.</param>
    Delivery Prepare(
        string runId,
        DeliveryKind kind,
        IReadOnlyList<long> books,
        string? manifest,
        long records,
        long bytes,
        long seenNo = 0,
        bool causesMail = false,
        OptOutAnswers? answers = null);

    /// <summary>Commits that Dotdigital took a delivery.</summary>
    Delivery Accept(Delivery delivery, string remoteId);

    /// <summary>Commits what became of a delivery.</summary>
    /// <param name="ended">Dotdigital's clock when all of it was surely done; null where unknown.</param>
    /// <param name="watch">What it means for the watch.</param>
    Delivery Settle(Delivery delivery, string? outcomes, string? note = null, DateTimeOffset? ended = null, WatchChange? watch = null);

    /// <summary>Commits that Dotdigital did not take a delivery.</summary>
    Delivery Refuse(Delivery delivery, string? outcomes, string note);

    /// <summary>Marks deliveries as recorded that left nothing for the ledger.</summary>
    void Record(IReadOnlyList<Delivery> deliveries);

    /// <summary>What was sent, or may have been, and is not settled; oldest first.</summary>
    IReadOnlyList<Delivery> Unsettled();

    /// <summary>What is settled and not in the ledger yet; oldest first.</summary>
    IReadOnlyList<Delivery> Settled();

    /// <summary>Commits that single calls are about to go out.</summary>
    /// <param name="answers">The opt-outs that they answer.</param>
    /// <returns>The people not to call after all: their opt-outs were answered by another job since.</returns>
    IReadOnlyList<string> Intend(long delivery, IReadOnlyList<string> memberKeys, OptOutAnswers? answers);

    /// <summary>Commits the answers of single calls.</summary>
    void Answer(long delivery, IReadOnlyList<(string MemberKey, DirectAnswer Answer)> answers);

    /// <summary>Reads the single calls of a delivery.</summary>
    void Calls(long delivery, Action<DirectCall> read);
}

/// <summary>Opt-outs that a call answers.</summary>
/// <param name="RunId">The run that makes the call.</param>
/// <param name="People">A member and a book: its opt-out and the account's are meant.</param>
/// <param name="Known">When opt-outs had been answered, as this run read them: those are asked for on purpose.</param>
internal sealed record OptOutAnswers(string RunId, IReadOnlyList<PersonInBook> People, IReadOnlyDictionary<PersonInBook, long> Known);

/// <summary>A single call, and its answer where there is one.</summary>
internal sealed record DirectCall(
    string MemberKey,
    string State,
    long? ContactId,
    string? Outcome,
    string? LedgerState,
    string? Code,
    string? Reason,
    string? AccountStatus,
    string? BookStatus,
    bool FieldsWritten,
    bool ReadStatus)
{
    public bool IsAnswered => State == "answered";
}
