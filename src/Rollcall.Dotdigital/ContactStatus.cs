namespace Rollcall.Dotdigital;

/// <summary>A contact's status, named as v2 names it. Only <see cref="Subscribed"/> can be mailed.</summary>
public enum ContactStatus
{
    /// <summary>A status this program does not know; must never count as subscribed.</summary>
    Unknown,

    /// <summary>Subscribed.</summary>
    Subscribed,

    /// <summary>Unsubscribed by the person. The only status that may be resubscribed.</summary>
    Unsubscribed,

    /// <summary>Mail bounced temporarily.</summary>
    SoftBounced,

    /// <summary>Mail bounced permanently.</summary>
    HardBounced,

    /// <summary>Marked a mail as spam at their provider.</summary>
    IspComplained,

    /// <summary>The provider blocks the mail.</summary>
    MailBlocked,

    /// <summary>Asked to confirm, but has not confirmed yet.</summary>
    PendingOptIn,

    /// <summary>Complained to Dotdigital.</summary>
    DirectComplaint,

    /// <summary>Deleted; v3's <c>binned</c> (in the recycle bin) is this too.</summary>
    Deleted,

    /// <summary>Suppressed across accounts.</summary>
    SharedSuppression,

    /// <summary>Suppressed by a user of the account.</summary>
    Suppressed,

    /// <summary>Blocked by Dotdigital: spam traps, blocked local parts, purchased addresses, known complainers and litigators.</summary>
    NotAllowed,

    /// <summary>The whole domain is suppressed.</summary>
    DomainSuppression,

    /// <summary>The domain does not accept mail.</summary>
    NoMxRecord,

    /// <summary>Has no email subscription at all; v3 only.</summary>
    NoSubscription,
}

/// <summary>A contact's status in one list.</summary>
public enum ListStatus
{
    /// <summary>A status this program does not know; must never count as subscribed.</summary>
    Unknown,

    /// <summary>In the list.</summary>
    Subscribed,

    /// <summary>Left the list, or was suppressed there.</summary>
    Suppressed,

    /// <summary>Asked to confirm: not in the list until confirmed.</summary>
    Pending,
}

/// <summary>Reads and writes Dotdigital's spellings of statuses.</summary>
public static class ContactStatuses
{
    private static readonly Dictionary<string, ContactStatus> ByWord = new(StringComparer.OrdinalIgnoreCase)
    {
        ["spamTrap"] = ContactStatus.NotAllowed,
        ["blockedlocalpart"] = ContactStatus.NotAllowed,
        ["purchased"] = ContactStatus.NotAllowed,
        ["knownComplainer"] = ContactStatus.NotAllowed,
        ["knownLitigator"] = ContactStatus.NotAllowed,
        ["sharedDomainSuppression"] = ContactStatus.DomainSuppression,
        ["domainSuppressed"] = ContactStatus.DomainSuppression,
        ["binned"] = ContactStatus.Deleted,
    };

    static ContactStatuses()
    {
        foreach (var status in Enum.GetValues<ContactStatus>())
        {
            if (status != ContactStatus.Unknown)
            {
                ByWord[status.ToString()] = status;
            }
        }
    }

    /// <summary>The status a v2 or v3 spelling means; <see cref="ContactStatus.Unknown"/> for any other text.</summary>
    public static ContactStatus Parse(string? word) =>
        word is not null && ByWord.TryGetValue(word, out var status) ? status : ContactStatus.Unknown;

    /// <summary>The list status a v3 spelling means; <see cref="ListStatus.Unknown"/> for any other text.</summary>
    public static ListStatus ParseList(string? word) => word?.ToUpperInvariant() switch
    {
        "SUBSCRIBED" => ListStatus.Subscribed,
        "SUPPRESSED" => ListStatus.Suppressed,
        "PENDING" => ListStatus.Pending,
        _ => ListStatus.Unknown,
    };
}
