namespace Rollcall.Store;

/// <summary>What complete readings of audiences, and of recommendations, looked like.</summary>
internal interface IAudiences
{
    /// <summary>The audiences of a job that were ever read completely.</summary>
    IReadOnlyList<string> Of(string tag);

    /// <summary>The last complete reading of an audience; null where there was none.</summary>
    KeptAudience? Find(string tag, string audience);

    /// <summary>Keeps complete readings.</summary>
    void Keep(string tag, IEnumerable<CompleteReading> readings);

    /// <summary>The recommendations a job last read completely; null where it read none.</summary>
    KeptRecommendations? Recommendations(string tag);

    /// <summary>Keeps the reading of recommendations that was complete.</summary>
    void Keep(string tag, KeptRecommendations recommendations);
}

/// <summary>An audience as it was last read completely.</summary>
/// <param name="Shape">What it looked like, as JSON.</param>
/// <param name="Rows">Its rows in the last run that held nothing of it; null before it. So the next two.</param>
/// <param name="NoEmail">Those without an email.</param>
/// <param name="Lost">Those of which nobody knew who they were.</param>
internal sealed record KeptAudience(string? Shape, long Members, long? Rows, long? NoEmail, long? Lost);

/// <summary>A complete reading of an audience.</summary>
/// <param name="Rows">Its rows; null where the run held some of it. So the next two.</param>
internal sealed record CompleteReading(string Audience, string Shape, long Members, long? Rows, long? NoEmail, long? Lost);

/// <summary>The table of recommendations a job last read completely.</summary>
/// <param name="Shape">What it looked like, as JSON.</param>
internal sealed record KeptRecommendations(string Collection, string Shape);
