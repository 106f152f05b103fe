namespace Rollcall.Recording;

/// <summary>A member's status in a book, as the <c>dotmailer_export_status</c> stream has it. Statuses in Dotdigital's v2 spelling, and <c>Removed</c>.</summary>
/// <param name="EventId">The same whenever the event is sent again.</param>
/// <param name="Email">The address.</param>
/// <param name="AccountId">The Dotdigital account.</param>
/// <param name="AccountStatus">The status in the account.</param>
/// <param name="AddressBookId">The book.</param>
/// <param name="AddressBookStatus">The status in the book.</param>
public sealed record StatusEvent(string EventId, string Email, long AccountId, string AccountStatus, long AddressBookId, string AddressBookStatus);

/// <summary>
/// Where status events go: the seam between Rollcall and a file, a table, or a customer data platform. Events come at least once; who takes them
/// tells repeats by the event id. Let exceptions out: the events stay in the outbox and the next run sends them again.
/// </summary>
public interface IStatusSink
{
    /// <summary>The sink's name for messages, without secrets.</summary>
    string Name { get; }

    /// <summary>Takes all the events of one run; returns when they are safe.</summary>
    Task DeliverAsync(string runId, IAsyncEnumerable<StatusEvent> events, CancellationToken cancellation);
}
