using Rollcall.Model;

namespace Rollcall.Store;

/// <summary>Tokens of the service's HTTP APIs. Only their hashes are kept.</summary>
internal interface ITokens
{
    /// <summary>Adds a token; false where its name is taken.</summary>
    /// <param name="hash">The SHA-256 of the token, in hexadecimal.</param>
    bool Add(ApiToken token, string hash);

    /// <summary>All tokens, by name.</summary>
    IReadOnlyList<ApiToken> All();

    /// <summary>The token of a hash; null when there is none.</summary>
    ApiToken? OfHash(string hash);

    /// <summary>Notes that a token was used.</summary>
    void Used(string id, DateTimeOffset at);

    /// <summary>Removes a token, by its id or its name; false when there is none.</summary>
    bool Remove(string idOrName);
}
