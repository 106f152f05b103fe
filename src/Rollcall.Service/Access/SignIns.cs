using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Rollcall.Service.Access;

/// <summary>What came of a sign-in.</summary>
internal enum SignInResult
{
    /// <summary>A session began.</summary>
    Welcome,

    /// <summary>There is no such user, or the password or the code is wrong: nobody learns which.</summary>
    Wrong,

    /// <summary>The password is right, and a code is needed.</summary>
    CodeNeeded,

    /// <summary>Too many sign-ins failed, whether or not there is such a user.</summary>
    Locked,
}

/// <summary>Signs users in. Whether a user exists shows neither in the answer nor in the time it takes.</summary>
internal sealed class SignIns(AccessStore store, Sessions sessions, TimeProvider clock)
{
    /// <summary>How many sign-ins of an account may fail in a row.</summary>
    public const int MostFailed = 5;

    /// <summary>How long an account is locked then.</summary>
    public static readonly TimeSpan Locked = TimeSpan.FromMinutes(15);

    private static readonly UserRow _nobody = new();
    private static readonly Lazy<string> _hashOfNobody = new(() => Accounts.Hasher.HashPassword(_nobody, SecretText.New()));

    /// <returns>With the session's secret, where one began.</returns>
    public async Task<(SignInResult Result, string? Secret)> TryAsync(string email, string password, string? code)
    {
        await using var database = store.Open();
        var account = Accounts.Key(email);
        if (!await CountAsync(database, account))
        {
            return (SignInResult.Locked, null);
        }

        var user = await Accounts.FindAsync(database, email);
        var hash = user?.PasswordHash ?? _hashOfNobody.Value;
        if (Accounts.Hasher.VerifyHashedPassword(user ?? _nobody, hash, password) == PasswordVerificationResult.Failed || user is null)
        {
            return (SignInResult.Wrong, null);
        }

        if (user.TwoFactorEnabled && string.IsNullOrWhiteSpace(code))
        {
            return (SignInResult.CodeNeeded, null);
        }

        return await WelcomeAsync(database, user, account, code);
    }

    private async Task<(SignInResult, string?)> WelcomeAsync(AccessDatabase database, UserRow user, string account, string? code)
    {
        // The transaction writes from its beginning: of two requests with one code, one is first.
        await using var transaction = await database.Database.BeginTransactionAsync();
        var password = user.PasswordHash;
        await database.Entry(user).ReloadAsync();
        if (database.Entry(user).State == EntityState.Detached || user.PasswordHash != password)
        {
            return (SignInResult.Wrong, null);
        }

        if (user.TwoFactorEnabled && !SecondFactor.Take(user, code ?? "", clock.GetUtcNow()))
        {
            return (SignInResult.Wrong, null);
        }

        var secret = sessions.Begin(database, user);
        await database.SaveChangesAsync();
        await sessions.ForgetOldAsync(database);
        await database.Attempts.Where(one => one.Account == account).ExecuteDeleteAsync();
        await transaction.CommitAsync();
        return (SignInResult.Welcome, secret);
    }

    /// <summary>Counts a sign-in as failed before it is looked at, so that many at once are no way around; one that succeeds clears the count.</summary>
    private async Task<bool> CountAsync(AccessDatabase database, string account)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await database.Database.BeginTransactionAsync();
        var old = now - Locked;
        await database.Attempts.Where(one => one.Last <= old).ExecuteDeleteAsync();
        var row = await database.Attempts.SingleOrDefaultAsync(one => one.Account == account);
        if (row?.LockedUntil > now)
        {
            return false;
        }

        if (row is null)
        {
            row = new AttemptRow { Account = account };
            database.Attempts.Add(row);
        }

        row.Failed++;
        row.Last = now;
        row.LockedUntil = row.Failed >= MostFailed ? now + Locked : null;
        await database.SaveChangesAsync();
        await transaction.CommitAsync();
        return true;
    }
}
