using System.Globalization;

namespace Rollcall.Jobs;

/// <summary>
/// A field of one of a person's recommendations, as <c>recommender_mappings</c> names it: <c>title</c> is the first's, <c>2.title</c> the second's.
/// </summary>
/// <param name="Number">Which recommendation, from 1.</param>
/// <param name="Name">The field's name.</param>
internal sealed record RecommendationField(int Number, string Name)
{
    /// <summary>Recommendations of a person that data fields can be filled from.</summary>
    public const int Most = 20;

    /// <summary>The field a text names; null for none.</summary>
    public static RecommendationField? Parse(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 1 || !int.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return text.Length == 0 ? null : new RecommendationField(1, text);
        }

        return number is >= 1 and <= Most && dot + 1 < text.Length ? new RecommendationField(number, text[(dot + 1)..]) : null;
    }
}
