namespace Rollcall.Reading;

/// <summary>The type of a data field at Dotdigital.</summary>
public enum DataFieldType
{
    /// <summary>Text of at most 1,000 characters.</summary>
    String,

    /// <summary>A number of at most 18 digits before the point and 9 after.</summary>
    Numeric,

    /// <summary>A moment, sent as ISO 8601 in UTC.</summary>
    Date,

    /// <summary>True or false.</summary>
    Boolean,
}
