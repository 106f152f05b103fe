namespace Rollcall.Simulators;

/// <summary>What an import that names a list does to someone unsubscribed from it. Not documented by Dotdigital.</summary>
public enum ListSuppression
{
    /// <summary>The person is subscribed to the list again.</summary>
    Clears,

    /// <summary>The person stays unsubscribed from it.</summary>
    Keeps,
}

/// <summary>What an import does with people who are suppressed in, or unsubscribed from, the account.</summary>
public enum SuppressedInImport
{
    /// <summary>Their fields and lists are written, their status stays, the report lists them as updated.</summary>
    Updated,

    /// <summary>Nothing is written; the report lists them as failed, <c>GloballySuppressed</c>.</summary>
    Fails,
}

/// <summary>What an unknown data field, or a value that does not fit its field, does to a record of an import.</summary>
public enum BadFieldInImport
{
    /// <summary>Nothing of the record is written; it fails as <c>InvalidContact</c>.</summary>
    SpoilsRecord,

    /// <summary>The rest is written; the contact is in the report's updated or created list and also among its failures.</summary>
    LeftOut,
}

/// <summary>Which people are asked by email to confirm a first subscription.</summary>
public enum DoubleOptIn
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>People added one by one.</summary>
    Single,

    /// <summary>Everyone, including imports.</summary>
    All,
}

/// <summary>When two spellings of an address are one contact.</summary>
public enum AddressMatching
{
    /// <summary>When they differ in nothing but case.</summary>
    AsWritten,

    /// <summary>Also when they are the same in Unicode's form C with the domain in its ASCII form; shown as first stored.</summary>
    Normalized,

    /// <summary>The same, and kept and shown in that form.</summary>
    ShownNormalized,
}
