namespace Rollcall.Reading.Tables.Databases;

/// <summary>How much of a database's answer is in memory at once.</summary>
internal static class ValueLimit
{
    /// <summary>The longest value that is read, in characters; no data field takes a hundredth of it.</summary>
    public const int Characters = 1 << 20;

    /// <summary>The longest row, in characters.</summary>
    public const int RowCharacters = 8 << 20;

    /// <summary>How many characters are gathered before DuckDB is given them.</summary>
    public const long Gathered = 32 << 20;
}
