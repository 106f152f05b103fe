using System.Collections.Frozen;
using Rollcall.Model;

namespace Rollcall.Service.Access;

/// <summary>What one endpoint asks of its caller.</summary>
/// <param name="Endpoint">The endpoint's name.</param>
/// <param name="Role">The least role; null for everybody, without a token.</param>
/// <param name="SeesPeople">Whether the caller must have the right <em>sees people</em>.</param>
/// <param name="ChangesConsent">Whether the caller must have the right <em>changes consent</em>, whatever is asked.</param>
public sealed record Right(string Endpoint, Role? Role, bool SeesPeople = false, bool ChangesConsent = false);

/// <summary>Who may call what: a row for every endpoint. What has no row cannot be called.</summary>
public static class Rights
{
    /// <summary>All rows.</summary>
    public static IReadOnlyList<Right> Table { get; } =
    [
        new("health.live", null),
        new("openapi", null),
        new("sign-in", null),
        new("sign-out", null),
        new("first-start", null),
        new("first-start.create", null),
        new("me", Role.Viewer),
        new("me.password", Role.Viewer),
        new("me.second_factor.begin", Role.Viewer),
        new("me.second_factor.verify", Role.Viewer),
        new("me.second_factor.remove", Role.Viewer),
        new("jobs.list", Role.Viewer),
        new("jobs.create", Role.Editor),
        new("jobs.get", Role.Viewer),
        new("jobs.update", Role.Editor),
        new("jobs.versions", Role.Viewer),
        new("jobs.version", Role.Viewer),
        new("jobs.log", Role.Viewer),
        new("jobs.pause", Role.Editor),
        new("jobs.resume", Role.Editor),
        new("jobs.bounce", Role.Editor),
        new("jobs.kill", Role.Editor),
        new("jobs.run", Role.Editor),
        new("jobs.check", Role.Editor),
        new("jobs.plan", Role.Editor),
        new("runs.list", Role.Viewer),
        new("runs.events", Role.Viewer),
        new("runs.failures", Role.Viewer, SeesPeople: true),
        new("runs.failures.csv", Role.Viewer, SeesPeople: true),
        new("people.explain", Role.Viewer, SeesPeople: true),
        new("people.forget", Role.Admin, SeesPeople: true),
        new("tokens.list", Role.Admin),
        new("tokens.create", Role.Admin),
        new("tokens.delete", Role.Admin),
        new("users.list", Role.Admin),
        new("users.create", Role.Admin),
        new("users.update", Role.Admin),
        new("users.delete", Role.Admin),
    ];

    private static readonly FrozenDictionary<string, Right> _byEndpoint = Table.ToFrozenDictionary(right => right.Endpoint, StringComparer.Ordinal);

    /// <summary>The row of an endpoint; null for none.</summary>
    public static Right? Of(string? endpoint) => endpoint is null ? null : _byEndpoint.GetValueOrDefault(endpoint);
}
