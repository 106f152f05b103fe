using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rollcall.Model;

namespace Rollcall.Service.Access;

/// <summary>ASP.NET Identity over the database: hashes passwords, keeps emails apart and security stamps fresh.</summary>
internal static class Accounts
{
    private static readonly IOptions<IdentityOptions> _rules = Options.Create(new IdentityOptions
    {
        User = { RequireUniqueEmail = true, AllowedUserNameCharacters = "" },
        Password =
        {
            RequiredLength = AccessStore.LeastPassword, RequireDigit = false, RequireLowercase = false, RequireUppercase = false,
            RequireNonAlphanumeric = false,
        },
    });

    private static readonly UpperInvariantLookupNormalizer _normalizer = new();

    /// <summary>OWASP's count for PBKDF2 with SHA-512.</summary>
    public static PasswordHasher<UserRow> Hasher { get; } = new(Options.Create(new PasswordHasherOptions { IterationCount = 210_000 }));

    public static UserManager<UserRow> Of(AccessDatabase database) => new(
        new UserOnlyStore<UserRow, AccessDatabase>(database),
        _rules,
        Hasher,
        [new UserValidator<UserRow>()],
        [new PasswordValidator<UserRow>()],
        _normalizer,
        new IdentityErrorDescriber(),
        null!,
        NullLogger<UserManager<UserRow>>.Instance);

    public static Task<UserRow?> FindAsync(AccessDatabase database, string emailOrId)
    {
        var email = _normalizer.NormalizeEmail(emailOrId.Trim());
        return database.Users.SingleOrDefaultAsync(user => user.NormalizedEmail == email || user.Id == emailOrId);
    }

    /// <summary>An email as failed sign-ins are counted by.</summary>
    public static string Key(string email) => SecretText.Hash(_normalizer.NormalizeEmail(email.Trim()) ?? "");

    public static void Check(IdentityResult result)
    {
        if (!result.Succeeded)
        {
            throw new RollcallException(ExitCode.BadJob, [.. result.Errors.Select(error => new Problem(error.Description))]);
        }
    }
}

/// <summary>Random secrets, and the hashes that are kept of them.</summary>
internal static class SecretText
{
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
