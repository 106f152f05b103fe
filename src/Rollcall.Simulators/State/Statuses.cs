namespace Rollcall.Simulators;

/// <summary>A contact's status in the account, with the names of the v2 framework.</summary>
public enum ContactStatus
{
    /// <summary>Gets mail.</summary>
    Subscribed,

    /// <summary>Opted out.</summary>
    Unsubscribed,

    /// <summary>Mail bounced temporarily.</summary>
    SoftBounced,

    /// <summary>Mail bounced permanently.</summary>
    HardBounced,

    /// <summary>Complained to their provider.</summary>
    IspComplained,

    /// <summary>The local part is blocked.</summary>
    MailBlocked,

    /// <summary>Asked to confirm; has not yet.</summary>
    PendingOptIn,

    /// <summary>Complained to Dotdigital.</summary>
    DirectComplaint,

    /// <summary>In the recycle bin.</summary>
    Deleted,

    /// <summary>Suppressed for several accounts.</summary>
    SharedSuppression,

    /// <summary>Suppressed by a user of the account.</summary>
    Suppressed,

    /// <summary>Not allowed.</summary>
    NotAllowed,

    /// <summary>The domain is suppressed.</summary>
    DomainSuppression,

    /// <summary>The domain does not accept mail.</summary>
    NoMxRecord,
}

/// <summary>A contact's status in one address book.</summary>
public enum BookStatus
{
    /// <summary>A member.</summary>
    Subscribed,

    /// <summary>Unsubscribed from this book by the person; v3 uses <c>suppressed</c>.</summary>
    Unsubscribed,

    /// <summary>A member once they confirm.</summary>
    Pending,

    /// <summary>Unsubscribed and challenged to resubscribe; v3 uses <c>pending</c>.</summary>
    Challenged,
}

/// <summary>How a contact agreed to be mailed.</summary>
public enum OptInType
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>Once.</summary>
    Single,

    /// <summary>Confirmed elsewhere.</summary>
    Double,

    /// <summary>Confirmed by Dotdigital's own email.</summary>
    VerifiedDouble,
}

/// <summary>The mail format a contact wants.</summary>
public enum EmailType
{
    /// <summary>Plain text.</summary>
    PlainText,

    /// <summary>HTML.</summary>
    Html,
}

/// <summary>Dotdigital's spellings of the statuses.</summary>
internal static class Spelling
{
    private static readonly string[] ContactNames = Enum.GetNames<ContactStatus>();
    private static readonly string[] OptInNames = Enum.GetNames<OptInType>();
    private static readonly string[] EmailTypeNames = Enum.GetNames<EmailType>();

    public static string V2(ContactStatus status) => ContactNames[(int)status];

    public static string Of(OptInType type) => OptInNames[(int)type];

    public static string Of(EmailType type) => EmailTypeNames[(int)type];

    /// <summary>The email channel's status in v3.</summary>
    public static string V3Channel(ContactStatus status) => status switch
    {
        ContactStatus.Subscribed => "subscribed",
        ContactStatus.Unsubscribed => "unsubscribed",
        ContactStatus.SoftBounced => "softBounced",
        ContactStatus.HardBounced or ContactStatus.NoMxRecord => "hardBounced",
        ContactStatus.IspComplained => "ispComplained",
        ContactStatus.MailBlocked => "blockedlocalpart",
        ContactStatus.PendingOptIn => "pendingOptIn",
        ContactStatus.DirectComplaint => "directComplaint",
        ContactStatus.Deleted => "deleted",
        ContactStatus.SharedSuppression => "sharedsuppression",
        ContactStatus.DomainSuppression => "domainSuppressed",
        _ => "suppressed",
    };

    /// <summary>The whole contact's status in v3.</summary>
    public static string V3(ContactStatus status) => status switch
    {
        ContactStatus.Subscribed => "subscribed",
        ContactStatus.Unsubscribed => "unsubscribed",
        ContactStatus.PendingOptIn => "pendingOptIn",
        ContactStatus.Deleted => "deleted",
        _ => "suppressed",
    };

    public static string V3(BookStatus status) => status switch
    {
        BookStatus.Subscribed => "subscribed",
        BookStatus.Unsubscribed => "suppressed",
        _ => "pending",
    };
}
