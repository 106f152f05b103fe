using Microsoft.EntityFrameworkCore;

namespace Rollcall.Service.Access;

/// <summary>A request's session.</summary>
/// <param name="UserId">Whose it is.</param>
/// <param name="Hash">The hash of what its cookie holds.</param>
internal sealed record Session(string UserId, string Hash);

/// <summary>Sessions: a random text in a cookie, of which only the hash is kept. They end when idle, after half a day, and with the security stamp.</summary>
internal sealed class Sessions(AccessStore store, TimeProvider clock)
{
    /// <summary>How long a session lasts that nobody uses.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromHours(1);

    /// <summary>How long a session lasts.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    private static readonly TimeSpan _usedEvery = TimeSpan.FromMinutes(1);

    /// <summary>Begins a session; what is returned belongs in a cookie.</summary>
    public string Begin(AccessDatabase database, UserRow user)
    {
        var now = clock.GetUtcNow();
        var secret = SecretText.New();
        user.LastSignIn = now;
        database.Sessions.Add(new SessionRow { Hash = SecretText.Hash(secret), UserId = user.Id, Stamp = user.SecurityStamp!, Created = now, LastUsed = now });
        return secret;
    }

    /// <summary>Whose session it is; null where it is none, or has ended.</summary>
    public async Task<(Caller Caller, Session Session)?> FindAsync(string secret)
    {
        var hash = SecretText.Hash(secret);
        await using var database = store.Open();
        var found = await database.Sessions.Join(database.Users, one => one.UserId, user => user.Id, (one, user) => new { Session = one, User = user })
            .SingleOrDefaultAsync(both => both.Session.Hash == hash);
        if (found is null)
        {
            return null;
        }

        var now = clock.GetUtcNow();
        var (session, user) = (found.Session, found.User);
        if (session.Stamp != user.SecurityStamp || now - session.LastUsed >= Idle || now - session.Created >= Longest)
        {
            await database.Sessions.Where(one => one.Hash == hash).ExecuteDeleteAsync();
            return null;
        }

        if (now - session.LastUsed >= _usedEvery)
        {
            await database.Sessions.Where(one => one.Hash == hash).ExecuteUpdateAsync(set => set.SetProperty(one => one.LastUsed, now));
        }

        return (new Caller(user.Email!, user.Role, user.SeesPeople, user.ChangesConsent), new Session(user.Id, hash));
    }

    public async Task EndAsync(string secret)
    {
        var hash = SecretText.Hash(secret);
        await using var database = store.Open();
        await database.Sessions.Where(one => one.Hash == hash).ExecuteDeleteAsync();
    }

    /// <summary>Forgets sessions that nobody ended.</summary>
    public Task ForgetOldAsync(AccessDatabase database)
    {
        var (oldest, idle) = (clock.GetUtcNow() - Longest, clock.GetUtcNow() - Idle);
        return database.Sessions.Where(one => one.Created <= oldest || one.LastUsed <= idle).ExecuteDeleteAsync();
    }
}
