namespace Rollcall.Model;

/// <summary>What somebody may do in general.</summary>
public enum Role
{
    /// <summary>Sees jobs and counts.</summary>
    Viewer,

    /// <summary>Makes jobs, starts and stops them.</summary>
    Editor,

    /// <summary>Makes sources, secrets, authorizations, users and tokens.</summary>
    Admin,
}

/// <summary>A token of the service's HTTP APIs, without the token itself, which only its owner has.</summary>
/// <param name="Id">Names it in the API.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Role">What its bearer may do.</param>
/// <param name="SeesPeople">Whether its bearer sees addresses.</param>
/// <param name="ChangesConsent">Whether its bearer may set options that change consent, and pass guards.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Ends">From when on it is worth nothing; null for never.</param>
/// <param name="LastUsed">When it was last used, to the minute; null for never.</param>
public sealed record ApiToken(
    string Id, string Name, Role Role, bool SeesPeople, bool ChangesConsent, DateTimeOffset Created, DateTimeOffset? Ends, DateTimeOffset? LastUsed);
