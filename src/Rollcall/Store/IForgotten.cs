namespace Rollcall.Store;

/// <summary>What is kept of people who were erased on request: hashes only. And their erasing.</summary>
internal interface IForgotten
{
    /// <summary>The opt-outs of erased people, of one account.</summary>
    IReadOnlyList<HashedOptOut> OptOuts(long account);

    /// <summary>The opt-outs of a person that count, of all accounts.</summary>
    IReadOnlyList<KnownOptOut> OptOutsOf(string memberKey);

    /// <summary>Keeps the opt-outs of a person under a hash.</summary>
    void Keep(string hash, IEnumerable<KnownOptOut> optOuts);

    /// <summary>In how many books, or whole accounts, anybody with one of these hashes has opted out.</summary>
    long Count(IReadOnlyList<string> hashes);

    /// <summary>Erased people who were in a book before a job.</summary>
    IReadOnlyList<HashedPerson> There(string tag, long account);

    /// <summary>Keeps in which books a person was before a job.</summary>
    void KeepThere(string hash, IEnumerable<ThereBefore> books);

    /// <summary>Deletes a person's rows and takes the address out of what else names it.</summary>
    /// <returns>How many rows.</returns>
    long Erase(IErased person);

    /// <summary>Sees to it that nothing keeps what was deleted.</summary>
    /// <returns>Whether that was possible: another command may read the store just now.</returns>
    bool Purge();
}

/// <summary>How a person who is erased is found.</summary>
internal interface IErased
{
    /// <summary>Whether a value is the person's address, however it is written.</summary>
    bool Is(string? value);

    /// <summary>Whether the address stands somewhere in a text.</summary>
    bool IsIn(string? text);

    /// <summary>The text without the address.</summary>
    string Erased(string text);
}

/// <summary>An opt-out of an erased person.</summary>
internal sealed record HashedOptOut(long BookId, string Hash, string Status, long? Since);

/// <summary>An opt-out of a person, of a book of an account.</summary>
internal sealed record KnownOptOut(long AccountId, long BookId, string Status, long? Since);

/// <summary>An erased person, in a book.</summary>
internal sealed record HashedPerson(long BookId, string Hash);
