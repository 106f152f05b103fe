using System.Collections.Frozen;

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
        new("health.ready", null),
    ];

    private static readonly FrozenDictionary<string, Right> _byEndpoint = Table.ToFrozenDictionary(right => right.Endpoint, StringComparer.Ordinal);

    /// <summary>The row of an endpoint; null for none.</summary>
    public static Right? Of(string? endpoint) => endpoint is null ? null : _byEndpoint.GetValueOrDefault(endpoint);
}
