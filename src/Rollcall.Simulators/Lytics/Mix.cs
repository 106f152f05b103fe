namespace Rollcall.Simulators.Lytics;

/// <summary>Numbers that look random and are always the same.</summary>
internal static class Mix
{
    public static ulong Of(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    public static ulong Of(ulong one, ulong other) => Of(Of(one) ^ other);

    public static ulong Of(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
        {
            hash = (hash ^ c) * 1099511628211;
        }

        return Of(hash);
    }

    /// <summary>Whether a number falls into a share, 0 to 1, of all.</summary>
    public static bool Within(ulong mixed, double share) => (mixed >> 11) * (1.0 / (1UL << 53)) < share;
}
