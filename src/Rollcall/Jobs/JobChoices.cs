namespace Rollcall.Jobs;

/// <summary>What an empty value does to a data field.</summary>
public enum OnMissingField
{
    /// <summary>Leaves the data field as it is.</summary>
    Keep,

    /// <summary>Clears it.</summary>
    Clear,
}

/// <summary>Dotdigital's merge option of an import.</summary>
public enum MergeOption
{
    /// <summary>The value sent wins.</summary>
    Overwrite,

    /// <summary>The value sent wins unless it is empty.</summary>
    OverwriteIfNotEmpty,

    /// <summary>The value sent wins where Dotdigital has none.</summary>
    OverwriteIfEmpty,
}

/// <summary>Which API adds single contacts.</summary>
public enum DirectApi
{
    /// <summary>The documented one.</summary>
    V2,

    /// <summary>The newer one.</summary>
    V3,
}

/// <summary>What happens to a member who was removed from a book by somebody else.</summary>
public enum OnForeignRemoval
{
    /// <summary>They stay out.</summary>
    Leave,

    /// <summary>They are put back.</summary>
    Restore,
}

/// <summary>What happens to insight records when their person exits.</summary>
public enum InsightOnExit
{
    /// <summary>They stay.</summary>
    Keep,

    /// <summary>They are removed.</summary>
    Remove,
}

/// <summary>Whether people entered are read back.</summary>
public enum Verify
{
    /// <summary>Where it costs at most 50 calls.</summary>
    Auto,

    /// <summary>Always.</summary>
    Full,

    /// <summary>Never.</summary>
    Off,
}
