namespace Rollcall.Store;

/// <summary>A stored authorization without its password.</summary>
/// <param name="Name">Its name, as a job file's <c>authorization</c> gives it.</param>
/// <param name="Username">The Dotdigital API user.</param>
/// <param name="Endpoint">The account's endpoint; null to ask Dotdigital's region 1 for it.</param>
/// <param name="Added">When it was stored.</param>
public sealed record StoredAuthorization(string Name, string Username, Uri? Endpoint, DateTimeOffset Added);
