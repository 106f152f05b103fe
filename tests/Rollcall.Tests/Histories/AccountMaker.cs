using Rollcall.Simulators;

namespace Rollcall.Tests.Histories;

/// <summary>Makes a random account: what Dotdigital's documentation leaves open, and how faulty it is.</summary>
internal static class AccountMaker
{
    public static SimulatorOptions Make(Random random)
    {
        bool Once(int of) => random.Next(of) == 0;
        int? Nth(int of) => Once(of) ? random.Next(1, 4) : null;
        var (watchdog, failed, failedDeletion, forgotten, forgottenDeletion) = (Nth(9), Nth(9), Nth(9), Nth(8), Nth(10));
        var account = new SimulatorOptions
        {
            ImportLatency = Once(2) ? TimeSpan.Zero : TimeSpan.FromSeconds(random.Next(1, 20)),
            ImportLatencyPerContact = TimeSpan.Zero,
            DeletionLatency = TimeSpan.FromSeconds(random.Next(3)),
            ListSuppression = (ListSuppression)random.Next(2),
            SuppressedInImport = (SuppressedInImport)random.Next(2),
            BadFieldInImport = (BadFieldInImport)random.Next(2),
            PatchJoins = Once(2),
            DoubleOptIn = Once(5) ? (DoubleOptIn)random.Next(1, 3) : DoubleOptIn.None,
            SlowImport = Once(12) ? random.Next(1, 4) : null,
            SlowImportDelay = TimeSpan.FromHours(random.Next(1, 5)),
            WatchdogImport = watchdog,
            FailedImport = failed,
            FailedDeletion = failedDeletion,
            AppliedBeforeRejection = random.Next(4),
            ForgottenImport = forgotten,
            ForgottenDeletion = forgottenDeletion,
            LateRejected = Once(2) && (watchdog ?? failed ?? failedDeletion) is not null ? Lateness(random) : TimeSpan.Zero,
            LateForgotten = Once(2) && (forgotten ?? forgottenDeletion) is not null ? Lateness(random) : TimeSpan.Zero,
            ReportOmitsEvery = Once(10) ? random.Next(2, 4) : null,
            RemovalTakesOptOut = Once(4),
            FeedDelay = Once(5) ? TimeSpan.FromMinutes(random.Next(1, 90)) : TimeSpan.Zero,
            FeedLoss = Once(8) ? 0.3 : 0,
            FeedInDays = Once(5),
            FeedUnordered = Once(2),
            ListDelay = Once(6) ? (Once(2) ? TimeSpan.FromSeconds(random.Next(10, 120)) : TimeSpan.FromMinutes(random.Next(10, 180))) : TimeSpan.Zero,
            ListShowsSubscribedOnly = Once(5),
            TextLimit = Once(7) ? 255 : 1000,
            LowLimit = Once(8) ? 15 : 600,
            ChallengeAnyway = Once(5),
            RefusedValues = Once(8) ? [RowMaker.Refused] : [],
            AddressMatching = Once(4) ? (AddressMatching)random.Next(1, 3) : AddressMatching.AsWritten,
            FeedDatesWithoutOffset = Once(7),
            FeedDateShift = TimeSpan.FromHours(random.Next(-12, 15)),
            ClockOffset = Once(4) ? TimeSpan.FromMinutes(random.Next(-20 * 60, 20 * 60)) : TimeSpan.Zero,
        };
        return account.FeedDatesWithoutOffset ? account : account with { FeedDateShift = TimeSpan.Zero };
    }

    /// <summary>How late a write without an answer is applied: seconds, or hours.</summary>
    public static TimeSpan Lateness(Random random) =>
        random.Next(2) == 0 ? TimeSpan.FromSeconds(random.Next(5, 60)) : TimeSpan.FromMinutes(random.Next(10, 6 * 60));

    /// <summary>The account once everything is over: nothing is late, lost or refused any more.</summary>
    public static SimulatorOptions Kind(SimulatorOptions account) => account with
    {
        SlowImport = null, WatchdogImport = null, FailedImport = null, FailedDeletion = null, ForgottenImport = null, ForgottenDeletion = null,
        LateRejected = TimeSpan.Zero, LateForgotten = TimeSpan.Zero, ReportOmitsEvery = null, RemovalTakesOptOut = false,
        FeedDelay = TimeSpan.Zero, FeedLoss = 0, FeedInDays = false, ListDelay = TimeSpan.Zero,
        TextLimit = 1000, LowLimit = 600, RefusedValues = [], FeedDatesWithoutOffset = false,
    };

    /// <summary>Whether two spellings of an address are one contact.</summary>
    public static bool IsOneForm(SimulatorOptions account) => account.AddressMatching != AddressMatching.AsWritten;

    /// <summary>Whether single values are refused.</summary>
    public static bool Refuses(SimulatorOptions account) => account.RefusedValues.Count > 0;
}
