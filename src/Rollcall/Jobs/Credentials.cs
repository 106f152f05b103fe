using Rollcall.Model;
namespace Rollcall.Jobs;

/// <summary>Either the name of a stored authorization, or credentials in the job file.</summary>
/// <param name="Name">The stored authorization's name; null when the credentials stand in the file.</param>
/// <param name="Credentials">The credentials; null when they are stored.</param>
public sealed record JobAuthorization(string? Name, Credentials? Credentials);

/// <summary>A Dotdigital API user.</summary>
/// <param name="Username">The API user's name.</param>
/// <param name="Password">Its password; never printed.</param>
/// <param name="Endpoint">The account's endpoint, or null to ask Dotdigital's region 1 for it.</param>
public sealed record Credentials(string Username, string Password, Uri? Endpoint)
{
    /// <summary>Its password; masked wherever it would be shown.</summary>
    public string Password { get; init; } = Kept(Username, Password);

    /// <summary>Without the password.</summary>
    public override string ToString() => $"{Username} at {Endpoint?.ToString() ?? "the account's own region"}";

    private static string Kept(string username, string password)
    {
        // As it is sent: Basic authentication, RFC 7617.
        Secrets.Keep(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{username}:{password}")));
        return Secrets.Keep(password);
    }
}
