using Microsoft.EntityFrameworkCore;
using Rollcall.Model;

namespace Rollcall.Service.Access;

/// <summary>The users of the service, for the command line and the API. Changes are seen by a service that runs at its next request.</summary>
public sealed class AccessStore : IDisposable
{
    /// <summary>How long a password must be, in characters.</summary>
    public const int LeastPassword = 12;

    private const int MostPassword = 1_000;

    private readonly AccessFile _file;
    private readonly TimeProvider _clock;

    /// <summary>Opens the users of a data folder.</summary>
    /// <exception cref="RollcallException">Exit 2: a newer Rollcall wrote them.</exception>
    public AccessStore(string dataFolder, TimeProvider clock)
    {
        _file = new AccessFile(dataFolder);
        _clock = clock;
    }

    /// <summary>All users, by email.</summary>
    public async Task<IReadOnlyList<User>> UsersAsync()
    {
        await using var database = Open();
        return [.. (await database.Users.AsNoTracking().OrderBy(user => user.NormalizedEmail).ToListAsync()).Select(User.Of)];
    }

    /// <summary>A user, by email or id; null for none.</summary>
    public async Task<User?> FindUserAsync(string emailOrId)
    {
        await using var database = Open();
        return await Accounts.FindAsync(database, emailOrId) is { } row ? User.Of(row) : null;
    }

    /// <summary>Whether there is a user.</summary>
    public bool HasUsers() => _file.HasUsers();

    /// <summary>Makes a user.</summary>
    /// <exception cref="RollcallException">Exit 2: the email is none, or taken, or the password too short.</exception>
    public async Task<User> AddUserAsync(NewUser asked) =>
        await AddAsync(asked, first: false) ?? throw new InvalidOperationException("Only a first user may come too late.");

    /// <summary>Makes the first user, an administrator; null where there is a user already.</summary>
    internal Task<User?> AddFirstUserAsync(string email, string password) =>
        AddAsync(new NewUser { Email = email, Password = password, Role = Role.Admin }, first: true);

    /// <summary>Gives a user another password, and ends their sessions; false where there is no such user.</summary>
    /// <exception cref="RollcallException">Exit 2: the password is too short.</exception>
    public async Task<bool> SetPasswordAsync(string emailOrId, string password)
    {
        Check(password);
        await using var database = Open();
        if (await Accounts.FindAsync(database, emailOrId) is not { } row)
        {
            return false;
        }

        using var accounts = Accounts.Of(database);
        row.PasswordHash = accounts.PasswordHasher.HashPassword(row, password);
        await accounts.UpdateSecurityStampAsync(row);
        await database.Attempts.Where(one => one.Account == Accounts.Key(row.Email!)).ExecuteDeleteAsync();
        return true;
    }

    /// <summary>Changes what a user may do; null where there is no such user.</summary>
    /// <exception cref="RollcallException">Exit 2: nobody would be administrator any more.</exception>
    public async Task<User?> ChangeUserAsync(string emailOrId, UserChange change)
    {
        await using var database = Open();
        await using var transaction = await database.Database.BeginTransactionAsync();
        if (await Accounts.FindAsync(database, emailOrId) is not { } row)
        {
            return null;
        }

        if (change.Role is { } role && role != row.Role)
        {
            await KeepAnAdministratorAsync(database, row);
            row.Role = role;
        }

        row.SeesPeople = change.SeesPeople ?? row.SeesPeople;
        row.ChangesConsent = change.ChangesConsent ?? row.ChangesConsent;
        using var accounts = Accounts.Of(database);
        if (change.RemoveSecondFactor)
        {
            SecondFactor.Remove(row);
            await accounts.UpdateSecurityStampAsync(row);
        }
        else
        {
            Accounts.Check(await accounts.UpdateAsync(row));
        }

        await transaction.CommitAsync();
        return User.Of(row);
    }

    /// <summary>Removes a user with all their sessions; false where there is no such user.</summary>
    /// <exception cref="RollcallException">Exit 2: it is the last administrator.</exception>
    public async Task<bool> RemoveUserAsync(string emailOrId)
    {
        await using var database = Open();
        await using var transaction = await database.Database.BeginTransactionAsync();
        if (await Accounts.FindAsync(database, emailOrId) is not { } row)
        {
            return false;
        }

        await KeepAnAdministratorAsync(database, row);
        using var accounts = Accounts.Of(database);
        Accounts.Check(await accounts.DeleteAsync(row));
        await transaction.CommitAsync();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    internal AccessDatabase Open() => _file.Open();

    internal static void Check(string password)
    {
        if (password.EnumerateRunes().Count() < LeastPassword)
        {
            throw new RollcallException(ExitCode.BadJob, $"A password has at least {LeastPassword} characters.", "password", "Take a few words, for example.");
        }

        if (password.Length > MostPassword)
        {
            throw new RollcallException(ExitCode.BadJob, $"A password has at most {MostPassword} characters.", "password");
        }
    }

    private async Task<User?> AddAsync(NewUser asked, bool first)
    {
        Check(asked.Password);
        await using var database = Open();
        using var accounts = Accounts.Of(database);
        var row = new UserRow
        {
            Email = asked.Email.Trim(),
            UserName = asked.Email.Trim(),
            Role = asked.Role,
            SeesPeople = asked.GetsSeesPeople,
            ChangesConsent = asked.GetsChangesConsent,
            Created = _clock.GetUtcNow(),
        };

        // The transaction writes from its beginning: nobody else adds a user meanwhile.
        await using var transaction = await database.Database.BeginTransactionAsync();
        if (first && await database.Users.AnyAsync())
        {
            return null;
        }

        if (await accounts.FindByEmailAsync(row.Email) is not null)
        {
            throw new RollcallException(ExitCode.BadJob, $"There is a user {row.Email} already.", "email");
        }

        Accounts.Check(await accounts.CreateAsync(row, asked.Password));
        await transaction.CommitAsync();
        return User.Of(row);
    }

    private static async Task KeepAnAdministratorAsync(AccessDatabase database, UserRow leaving)
    {
        if (leaving.Role == Role.Admin && !await database.Users.AnyAsync(user => user.Role == Role.Admin && user.Id != leaving.Id))
        {
            throw new RollcallException(ExitCode.BadJob, $"{leaving.Email} is the only administrator.", todo: "Make another user an administrator first.");
        }
    }
}
