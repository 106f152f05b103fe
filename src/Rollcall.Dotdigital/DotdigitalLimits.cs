namespace Rollcall.Dotdigital;

/// <summary>
/// Limits of Dotdigital. Pages named "docs" are at https://developer.dotdigital.com/docs,
/// pages named "reference" at https://developer.dotdigital.com/reference.
/// </summary>
public static class DotdigitalLimits
{
    /// <summary>Maximum bytes of an import's body, before any compression (reference/importcontacts).</summary>
    public const int ImportBodyBytes = 50_000_000;

    /// <summary>Maximum lists in one record of an import (v3 specification, <c>baseContact.lists</c>).</summary>
    public const int ListsPerRecord = 100;

    /// <summary>Maximum concurrent imports of an account (docs/error-response-types, <c>ERROR_IMPORT_TOOMANYACTIVEIMPORTS</c>).</summary>
    public const int ActiveImports = 25;

    /// <summary>
    /// Initial number of contact ids in one bulk removal. No limit is documented: halve on 400 or 413 (reference/deletecontactsfromaddressbook).
    /// </summary>
    public const int RemovalBatch = 5_000;

    /// <summary>
    /// Maximum insight records of one deletion (v3 specification, <c>delContactInsightDataRecords</c>), and of one import, for which no limit is documented.
    /// </summary>
    public const int InsightBatch = 5_000;

    /// <summary>Maximum rows of a v2 page, <c>select</c> (reference/get-address-books).</summary>
    public const int PageV2 = 1_000;

    /// <summary>Maximum contacts of a v3 page, <c>limit</c> (v3 specification, <c>getContacts</c>).</summary>
    public const int PageV3 = 5_000;

    /// <summary>Maximum name length of an address book, in characters (reference/create-address-book).</summary>
    public const int AddressBookName = 128;

    /// <summary>Maximum length of an identifier value in a path, in characters (v3 specification, <c>getContact</c>).</summary>
    public const int IdentifierValue = 256;

    /// <summary>How long Dotdigital asks a client to wait before it calls a request timed out (docs/error-handling).</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(121);

    /// <summary>The window of the tiered call rates (docs/call-rate-limits).</summary>
    public static readonly TimeSpan RateWindow = TimeSpan.FromMinutes(1);

    /// <summary>Our own: concurrent calls of one tier until an answer contains its limit. The smallest package allows 35 a minute.</summary>
    internal const int CallsBeforeFirstAnswer = 5;

    /// <summary>Our own: the longest wait before the next attempt, whatever the server asks for; the flat limit counts an hour.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
}
