namespace Rollcall.Running;

/// <summary>
/// A member's status in a book, as the <c>dotmailer_export_status</c> stream has it. Statuses in Dotdigital's v2 spelling, and <c>Removed</c>.
/// </summary>
/// <param name="EventId">The same whenever the event is sent again.</param>
/// <param name="Email">The address.</param>
/// <param name="AccountId">The Dotdigital account.</param>
/// <param name="AccountStatus">The status in the account.</param>
/// <param name="AddressBookId">The book.</param>
/// <param name="AddressBookStatus">The status in the book.</param>
/// <param name="ContactId">The contact's Dotdigital id; null where it is not known.</param>
public sealed record StatusEvent(string EventId, string Email, long AccountId, string AccountStatus, long AddressBookId, string AddressBookStatus,
    long? ContactId = null);

/// <summary>
/// Where status events go: the seam between Rollcall and a file, a table, or a customer data platform. Events come at least once; who takes them
/// tells repeats by the event id. What the sink cannot take now is a <see cref="StatusSinkException"/>: the events stay in the outbox and the next run
/// sends them again.
/// </summary>
public interface IStatusSink
{
    /// <summary>The sink's name for messages, without secrets.</summary>
    string Name { get; }

    /// <summary>Takes all the events of one run, those of one member and book in the order they happened; returns when they are safe.</summary>
    /// <exception cref="StatusSinkException">The sink could not take them, or not all of them.</exception>
    Task DeliverAsync(string runId, IAsyncEnumerable<StatusEvent> events, CancellationToken cancellation);
}

/// <summary>A sink could not take status events now. They are kept.</summary>
/// <param name="message">Why, in words, without secrets or addresses.</param>
public sealed class StatusSinkException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How many events the sink will not have, all others being safe; 0 when it could not take them at all.</summary>
    public long Rejected { get; init; }

    /// <summary>Events the sink will never have, all others being safe, but for those of <see cref="Rejected"/>.</summary>
    public IReadOnlyList<StatusEvent> Refused { get; init; } = [];
}
