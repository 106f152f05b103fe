using Rollcall.Model;
using Rollcall.Simulators;

namespace Rollcall.Tests.Runs;

/// <summary>A scene in which days pass, for Rollcall and for Dotdigital alike.</summary>
internal sealed class ConsentScene : IAsyncDisposable
{
    public const string Ann = "ann@example.com";
    public const string Bob = "bob@example.com";

    /// <summary>The config of a job that asks people who left the account to come back.</summary>
    public const string Asks = "  exit_action: remove\n  resubscribe: true";

    /// <summary>The config of a job that brings people who left the account back without asking.</summary>
    public const string BringsBack = "  exit_action: remove\n  resubscribe_no_challenge: true";

    private readonly LeapingClock _clock;

    private ConsentScene(ExportScene export, LeapingClock clock)
    {
        Export = export;
        _clock = clock;
        export.Clock = clock;
    }

    public ExportScene Export { get; }

    public SimulatedAccount Account => Export.Account;

    public int Gold => Export.Gold;

    public static async Task<ConsentScene> StartAsync(string config, Func<SimulatorOptions, SimulatorOptions>? options = null)
    {
        var clock = new LeapingClock();
        var export = await ExportScene.StartAsync(o => (options?.Invoke(o) ?? o) with { Clock = clock });
        export.Config = config;
        return new ConsentScene(export, clock);
    }

    public void PassHours(int hours) => _clock.Ahead += TimeSpan.FromHours(hours);

    public void PassDays(int days) => _clock.Ahead += TimeSpan.FromDays(days);

    /// <summary>An existing contact with this status for ten days.</summary>
    public void Known(string email, ContactStatus status = ContactStatus.Subscribed, params (int Book, BookStatus Status)[] books) =>
        Account.Plant(
            new Seed
            {
                Contacts =
                [
                    new SeedContact
                    {
                        Email = email,
                        Status = status,
                        StatusSince = _clock.GetUtcNow().AddDays(-10),
                        Books = books.ToDictionary(b => b.Book, b => b.Status),
                    },
                ],
            });

    /// <summary>A person who left a book ten days ago.</summary>
    public void Left(string email, int book)
    {
        Known(email, ContactStatus.Subscribed, (book, BookStatus.Subscribed));
        Account.Unsubscribe(email, book);
    }

    public Task<RunResult> RunAsync() => Export.RunAsync();

    public ValueTask DisposeAsync() => Export.DisposeAsync();
}
