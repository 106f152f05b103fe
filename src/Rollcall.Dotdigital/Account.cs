namespace Rollcall.Dotdigital;

/// <summary>The account behind the credentials.</summary>
public sealed record Account
{
    /// <summary>Its id, the same for every API user of the account.</summary>
    public required long Id { get; init; }

    /// <summary>Its name; empty when Dotdigital gives none.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where its calls go, with a trailing slash.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>Its owner's address; null when Dotdigital gives none.</summary>
    public string? MainEmail { get; init; }

    /// <summary>Calls left of the flat limit at the time of connecting; null when Dotdigital gives none.</summary>
    public long? CallsRemaining { get; init; }

    /// <summary>Its time zone, an IANA name; null when Dotdigital gives none.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Everything Dotdigital returned, by name; the first of each name.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();
}
