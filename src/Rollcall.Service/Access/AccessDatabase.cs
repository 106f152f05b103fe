using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Rollcall.Model;

namespace Rollcall.Service.Access;

/// <summary>A user as the database holds it.</summary>
internal sealed class UserRow : IdentityUser
{
    public Role Role { get; set; }

    public bool SeesPeople { get; set; }

    public bool ChangesConsent { get; set; }

    public DateTimeOffset Created { get; set; }

    public DateTimeOffset? LastSignIn { get; set; }

    /// <summary>The key of the second factor; it counts once <see cref="IdentityUser{T}.TwoFactorEnabled"/> is set.</summary>
    public byte[]? TotpKey { get; set; }

    /// <summary>The last time step of which a code was taken: a code is good once.</summary>
    public long TotpStep { get; set; }

    /// <summary>The hashes of the recovery codes that are left, separated by spaces.</summary>
    public string RecoveryCodes { get; set; } = "";
}

/// <summary>Somebody who is signed in, on one device.</summary>
internal sealed class SessionRow
{
    /// <summary>The SHA-256 hash of what the cookie holds.</summary>
    public required string Hash { get; init; }

    public required string UserId { get; init; }

    /// <summary>The user's security stamp at the time: a session ends when the password or the second factor changes.</summary>
    public required string Stamp { get; set; }

    public required DateTimeOffset Created { get; init; }

    public required DateTimeOffset LastUsed { get; set; }
}

/// <summary>Failed sign-ins of an account, which need not exist: nothing here tells whether it does.</summary>
internal sealed class AttemptRow
{
    /// <summary>The SHA-256 hash of the address that was given.</summary>
    public required string Account { get; init; }

    public int Failed { get; set; }

    public DateTimeOffset Last { get; set; }

    public DateTimeOffset? LockedUntil { get; set; }
}

/// <summary>Users, their sessions and failed sign-ins: <c>identity.db</c>.</summary>
internal sealed class AccessDatabase(DbContextOptions<AccessDatabase> options) : IdentityUserContext<UserRow>(options)
{
    public DbSet<SessionRow> Sessions => Set<SessionRow>();

    public DbSet<AttemptRow> Attempts => Set<AttemptRow>();

    // Has the table of passkeys.
    protected override Version SchemaVersion => IdentitySchemaVersions.Version3;

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<UserRow>().Property(user => user.Role).HasConversion<string>();
        builder.Entity<SessionRow>(session =>
        {
            session.HasKey(one => one.Hash);
            session.HasOne<UserRow>().WithMany().HasForeignKey(one => one.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<AttemptRow>().HasKey(one => one.Account);
    }

    /// <summary>Times are milliseconds: SQLite compares numbers, and no times with zones.</summary>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<Milliseconds>();

    private sealed class Milliseconds() : ValueConverter<DateTimeOffset, long>(
        time => time.ToUnixTimeMilliseconds(), number => DateTimeOffset.FromUnixTimeMilliseconds(number));
}
