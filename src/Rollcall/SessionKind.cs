namespace Rollcall;

/// <summary>What a <see cref="RunSession"/> is opened for.</summary>
internal enum SessionKind
{
    /// <summary>A run: it locks the job, writes its ledger, and is in the history.</summary>
    Run,

    /// <summary>A plan or an explanation: it locks and changes nothing.</summary>
    Plan,

    /// <summary>
    /// A look at the watch: it locks the job and writes its ledger like a run, knows neither the source nor what the job became since its last run, and is
    /// no run of the history.
    /// </summary>
    Look,
}
