using Rollcall.Model;

namespace Rollcall.Service.Access;

/// <summary>Somebody who may sign in.</summary>
/// <param name="Id">Names them in the API.</param>
/// <param name="Email">What they sign in with.</param>
/// <param name="Role">What they may do in general.</param>
/// <param name="SeesPeople">Whether they see addresses.</param>
/// <param name="ChangesConsent">Whether they may set options that change consent, and pass guards.</param>
/// <param name="SecondFactor">Whether they also need a code of an authenticator to sign in.</param>
/// <param name="Created">When they were added.</param>
/// <param name="LastSignIn">When they last signed in; null for never.</param>
public sealed record User(
    string Id, string Email, Role Role, bool SeesPeople, bool ChangesConsent, bool SecondFactor, DateTimeOffset Created, DateTimeOffset? LastSignIn)
{
    internal static User Of(UserRow row) =>
        new(row.Id, row.Email!, row.Role, row.SeesPeople, row.ChangesConsent, row.TwoFactorEnabled, row.Created, row.LastSignIn);
}

/// <summary>A user who is to be added.</summary>
public sealed record NewUser
{
    /// <summary>What they sign in with.</summary>
    public required string Email { get; init; }

    /// <summary>Their password.</summary>
    public required string Password { get; init; }

    /// <summary>What they may do in general.</summary>
    public required Role Role { get; init; }

    /// <summary>Whether they see addresses; null for the role's own: editors and administrators do.</summary>
    public bool? SeesPeople { get; init; }

    /// <summary>Whether they may change consent; null for the role's own: administrators do.</summary>
    public bool? ChangesConsent { get; init; }

    /// <summary>Without the password.</summary>
    public override string ToString() => $"{Email} ({Role})";

    internal bool GetsSeesPeople => SeesPeople ?? Role != Role.Viewer;

    internal bool GetsChangesConsent => ChangesConsent ?? Role == Role.Admin;
}

/// <summary>What is to change about a user; null leaves it.</summary>
public sealed record UserChange
{
    /// <summary>What they may do in general.</summary>
    public Role? Role { get; init; }

    /// <summary>Whether they see addresses.</summary>
    public bool? SeesPeople { get; init; }

    /// <summary>Whether they may change consent.</summary>
    public bool? ChangesConsent { get; init; }

    /// <summary>Whether they lose their second factor, as when the device is lost.</summary>
    public bool RemoveSecondFactor { get; init; }
}
