namespace Rollcall.Store;

/// <summary>What the journals of all jobs say.</summary>
internal interface IDeliveries
{
    /// <summary>The number that the next delivery gets at the earliest.</summary>
    long NextNumber { get; }

    /// <summary>Whether a job has ever prepared one.</summary>
    bool Any(string tag);

    /// <summary>People wanted in books by the other jobs of an account: their ledgers, and deliveries on their way there, at one moment.</summary>
    OthersClaims ClaimsBeside(long account, string tag);

    /// <summary>Removals and unsubscriptions of the other jobs of an account that were prepared after a moment and may still be carried out.</summary>
    IReadOnlyList<OpenRemoval> RemovalsBeside(long account, string tag, long after);

    /// <summary>What was sent, or may have been, and is not in a ledger yet, oldest first: the outcomes where they are known, or else the manifest.</summary>
    IReadOnlyList<OpenFile> Open();

    /// <summary>The calls of an account, by any job, that may have created a contact between two moments: their end is not known, or later.</summary>
    IReadOnlyList<CreatingCall> Creating(long account, long from, long to);
}

/// <summary>People wanted in books by other jobs.</summary>
internal sealed record OthersClaims(IReadOnlyList<string> Ledgers, IReadOnlyList<string> Manifests);

/// <summary>A removal that may still be carried out.</summary>
internal sealed record OpenRemoval(long Id, string Manifest, string? RemoteId);

/// <summary>The file of an open delivery.</summary>
internal sealed record OpenFile(string Tag, string? Outcomes, string? Manifest)
{
    public string? Name => Outcomes ?? Manifest;
}

/// <summary>A call that may have created contacts.</summary>
internal sealed record CreatingCall(string Kind, string Manifest)
{
    /// <summary>Whether it is a call a person.</summary>
    public bool IsSingly => Kind == "add";
}
