using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Rollcall.Model;
using Rollcall.Store;

namespace Rollcall.Operations;

/// <summary>The tokens of the service's HTTP APIs.</summary>
public sealed partial class ApiTokens : IDisposable
{
    /// <summary>How every token begins, so that it is recognized where it was pasted by mistake.</summary>
    public const string Prefix = "rc_";

    private static readonly TimeSpan _usedEvery = TimeSpan.FromMinutes(1);

    private readonly IStore _store;
    private readonly TimeProvider _clock;

    /// <summary>Opens the data folder's store.</summary>
    public ApiTokens(string dataFolder, TimeProvider clock)
    {
        _clock = clock;
        _store = Stores.Open(new DataFolder(dataFolder));
    }

    /// <summary>All tokens, by name.</summary>
    public IReadOnlyList<ApiToken> All() => _store.Tokens.All();

    /// <summary>Makes a token of 256 random bits.</summary>
    /// <returns>The token, which is shown this once and can never be read again, and what is kept of it.</returns>
    /// <exception cref="RollcallException">Exit 2: the name is none, or taken, or its end is over.</exception>
    public (string Token, ApiToken Kept) Add(NewToken asked)
    {
        if (!Name().IsMatch(asked.Name))
        {
            throw new RollcallException(
                ExitCode.BadJob, "A token's name has 1 to 64 letters, digits, spaces, dots, dashes and underscores, and begins with a letter or digit.");
        }

        var now = _clock.GetUtcNow();
        if (asked.Ends <= now)
        {
            throw new RollcallException(ExitCode.BadJob, "The token would end before it begins.", todo: "Give a time that is still to come.");
        }

        var token = Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var kept = new ApiToken(Guid.NewGuid().ToString("N"), asked.Name, asked.Role, asked.SeesPeople, asked.ChangesConsent, now, asked.Ends, null);
        return _store.Tokens.Add(kept, Hash(token))
            ? (token, kept)
            : throw new RollcallException(ExitCode.BadJob, $"There is a token \"{asked.Name}\" already.", todo: "Remove it first, or choose another name.");
    }

    /// <summary>Removes a token, by its id or its name; false when there is none.</summary>
    public bool Remove(string idOrName) => _store.Tokens.Remove(idOrName);

    /// <summary>Whose token it is; null where it is none, or has ended.</summary>
    public ApiToken? Find(string token)
    {
        // Looked up by its hash: how long that takes says nothing about tokens that are close to it.
        if (token.Length > 200 || !token.StartsWith(Prefix, StringComparison.Ordinal) || _store.Tokens.OfHash(Hash(token)) is not { } kept)
        {
            return null;
        }

        var now = _clock.GetUtcNow();
        if (kept.Ends <= now)
        {
            return null;
        }

        if (kept.LastUsed is not { } last || now - last >= _usedEvery)
        {
            _store.Tokens.Used(kept.Id, now);
        }

        return kept;
    }

    /// <inheritdoc/>
    public void Dispose() => _store.Dispose();

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    [GeneratedRegex(@"^[\p{L}\p{Nd}][\p{L}\p{Nd} ._-]{0,63}\z")]
    private static partial Regex Name();
}

/// <summary>A token that is to be made.</summary>
public sealed record NewToken
{
    /// <summary>What it is for.</summary>
    public required string Name { get; init; }

    /// <summary>What its bearer may do.</summary>
    public required Role Role { get; init; }

    /// <summary>Whether its bearer sees addresses.</summary>
    public bool SeesPeople { get; init; }

    /// <summary>Whether its bearer may set options that change consent, and pass guards.</summary>
    public bool ChangesConsent { get; init; }

    /// <summary>From when on it is worth nothing; null for never.</summary>
    public DateTimeOffset? Ends { get; init; }
}
