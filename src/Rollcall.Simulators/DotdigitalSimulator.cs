using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Rollcall.Simulators.Control;
using Rollcall.Simulators.Http;
using Rollcall.Simulators.State;
using Rollcall.Simulators.V2;
using Rollcall.Simulators.V3;

namespace Rollcall.Simulators;

/// <summary>
/// A simulated Dotdigital account over HTTP, written from the official specifications: strict about requests, stateful,
/// and asynchronous where the service is. In addition to the API it serves a page at <c>/</c> and, for tests and
/// demonstrations, manual changes under <c>/simulator/</c>.
/// </summary>
public sealed class DotdigitalSimulator : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RequestLog? _log;
    private readonly IReadOnlyList<IDisposable> _timers;

    private DotdigitalSimulator(WebApplication app, SimulatedAccount account, RequestLog? log, IReadOnlyList<IDisposable> timers)
    {
        _app = app;
        _log = log;
        _timers = timers;
        Account = account;
        Url = LocalServer.Address(_app);
    }

    /// <summary>Where it listens, such as <c>http://127.0.0.1:41234</c>.</summary>
    public Uri Url { get; }

    /// <summary>The account's state and switches, in process.</summary>
    public SimulatedAccount Account { get; }

    /// <summary>Starts a simulator; it listens when this returns.</summary>
    /// <exception cref="InvalidDataException">The seed contradicts itself.</exception>
    /// <exception cref="IOException">The address is in use, or a file cannot be opened.</exception>
    public static async Task<DotdigitalSimulator> StartAsync(SimulatorOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var simulation = new Simulation(options);
        var limiter = new RateLimiter(simulation);
        var account = new SimulatedAccount(simulation);
        PlantSeeds(account, options);

        WebApplication? app = null;
        var log = options.RequestLogFile is { } file ? new RequestLog(file) : null;
        var writer = new ContactWriter(simulation);
        var imports = new ImportCalls(simulation, writer);
        var insight = new InsightCalls(simulation);
        var deletions = new BulkDeletionCalls(simulation);
        Operation[] operations =
        [
            .. imports.Operations,
            .. insight.Operations,
            .. new AccountCalls(simulation, limiter, () => LocalServer.Address(app!)).Operations,
            .. new AddressBookCalls(simulation).Operations,
            .. deletions.Operations,
            .. new BookContactCalls(simulation).Operations,
            .. new FeedCalls(simulation).Operations,
            .. new ContactReads(simulation).Operations,
            .. new PatchCalls(simulation, writer).Operations,
        ];
        account.Operations = [.. operations.Select(operation => operation.Name)];
        var api = new ApiServer(simulation, operations, limiter, log);
        var control = new ControlServer(simulation, account);
        app = LocalServer.Build(options.Urls);
        app.Run(context =>
        {
            var path = LocalServer.Segments(context);
            return path is [] or ["simulator", ..] or ["favicon.ico"] ? control.Serve(context, path) : api.Serve(context, path);
        });
        await app.StartAsync(cancellationToken);
        return new DotdigitalSimulator(app, account, log, [imports, insight, deletions, simulation.Late]);
    }

    /// <summary>Serves until the token is cancelled.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken = default) => _app.WaitForShutdownAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        foreach (var timer in _timers)
        {
            timer.Dispose();
        }

        _log?.Dispose();
    }

    private static void PlantSeeds(SimulatedAccount account, SimulatorOptions options)
    {
        if (options.SeedFile is { } file)
        {
            account.Plant(Seeding.Read<Seed>(file));
        }

        if (options.Seed is { } seed)
        {
            account.Plant(seed);
        }
    }
}
