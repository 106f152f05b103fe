using System.Security.Cryptography;
using System.Text;

namespace Rollcall.Service.Access;

/// <summary>The link by which the first administrator is made: good once, for half an hour, while there is no user.</summary>
internal sealed class FirstStart(AccessStore store, TimeProvider clock)
{
    public const string Path = "/first-start";

    public static readonly TimeSpan Open = TimeSpan.FromMinutes(30);

    private readonly Lock _lock = new();
    private string? _hash;
    private DateTimeOffset _until;

    /// <summary>A new key, in place of the one before; null where there is a user.</summary>
    public string? Key()
    {
        if (store.HasUsers())
        {
            return null;
        }

        var key = SecretText.New();
        lock (_lock)
        {
            (_hash, _until) = (SecretText.Hash(key), clock.GetUtcNow() + Open);
        }

        return key;
    }

    public bool Knows(string? key) => Fits(key) && !store.HasUsers();

    /// <summary>Makes the first administrator; null where the key is not good, or no more.</summary>
    public async Task<User?> UseAsync(string? key, string email, string password)
    {
        if (!Fits(key) || await store.AddFirstUserAsync(email, password) is not { } user)
        {
            return null;
        }

        lock (_lock)
        {
            _hash = null;
        }

        return user;
    }

    private bool Fits(string? key)
    {
        lock (_lock)
        {
            return key is not null && _hash is not null && clock.GetUtcNow() < _until
                && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(SecretText.Hash(key)), Encoding.UTF8.GetBytes(_hash));
        }
    }
}
