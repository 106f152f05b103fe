using Rollcall.Dotdigital;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

public sealed class ContactStatusTests
{
    [Theory]
    [InlineData("subscribed", ContactStatus.Subscribed)]
    [InlineData("Subscribed", ContactStatus.Subscribed)]
    [InlineData("unsubscribed", ContactStatus.Unsubscribed)]
    [InlineData("softBounced", ContactStatus.SoftBounced)]
    [InlineData("hardBounced", ContactStatus.HardBounced)]
    [InlineData("ispComplained", ContactStatus.IspComplained)]
    [InlineData("MailBlocked", ContactStatus.MailBlocked)]
    [InlineData("pendingOptIn", ContactStatus.PendingOptIn)]
    [InlineData("directComplaint", ContactStatus.DirectComplaint)]
    [InlineData("spamTrap", ContactStatus.NotAllowed)]
    [InlineData("deleted", ContactStatus.Deleted)]
    [InlineData("blockedlocalpart", ContactStatus.NotAllowed)]
    [InlineData("sharedsuppression", ContactStatus.SharedSuppression)]
    [InlineData("sharedDomainSuppression", ContactStatus.DomainSuppression)]
    [InlineData("suppressed", ContactStatus.Suppressed)]
    [InlineData("purchased", ContactStatus.NotAllowed)]
    [InlineData("knownComplainer", ContactStatus.NotAllowed)]
    [InlineData("knownLitigator", ContactStatus.NotAllowed)]
    [InlineData("binned", ContactStatus.Deleted)]
    [InlineData("domainSuppressed", ContactStatus.DomainSuppression)]
    [InlineData("DomainSuppression", ContactStatus.DomainSuppression)]
    [InlineData("NoMxRecord", ContactStatus.NoMxRecord)]
    [InlineData("NotAllowed", ContactStatus.NotAllowed)]
    [InlineData("noSubscription", ContactStatus.NoSubscription)]
    [InlineData("NotAvailableInThisVersion", ContactStatus.Unknown)]
    [InlineData("Unknown", ContactStatus.Unknown)]
    [InlineData("1", ContactStatus.Unknown)]
    [InlineData("", ContactStatus.Unknown)]
    [InlineData(null, ContactStatus.Unknown)]
    public void Both_spellings_mean_one_status_and_what_is_unknown_is_never_subscribed(string? word, ContactStatus status) =>
        Assert.Equal(status, ContactStatuses.Parse(word));
}
