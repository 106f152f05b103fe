namespace Rollcall.Store;

/// <summary>The files that the store names, and what it need not name any more.</summary>
internal interface IRetention
{
    /// <summary>Every file that the store names, beside the ledgers: paths inside the data folder.</summary>
    IReadOnlyList<string> Named();

    /// <summary>Whatever is older than a moment and done with, and whose files are still named.</summary>
    IReadOnlyList<OldFiles> Before(long moment);

    /// <summary>Takes the names out of the store; the caller deletes the files then.</summary>
    void Unname(OldFiles old);

    /// <summary>Takes the people out of the results of runs that began before a moment; what is counted stays.</summary>
    void ForgetFailures(long before);
}

/// <summary>Old files.</summary>
/// <param name="Of">Whose: the delivery, the run, or the status events.</param>
internal sealed record OldFiles(OldKind Kind, string Of, IReadOnlyList<string> Files);

/// <summary>What old files are.</summary>
internal enum OldKind
{
    /// <summary>The manifest and the outcomes of a delivery.</summary>
    Delivery,

    /// <summary>What a run did not deliver.</summary>
    Failures,

    /// <summary>Status events that the sink has.</summary>
    Events,
}
