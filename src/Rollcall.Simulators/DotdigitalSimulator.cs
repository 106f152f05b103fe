using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rollcall.Simulators.Control;
using Rollcall.Simulators.Http;
using Rollcall.Simulators.State;
using Rollcall.Simulators.V2;
using Rollcall.Simulators.V3;

namespace Rollcall.Simulators;

/// <summary>
/// One Dotdigital account over HTTP, played from the official specifications: strict about requests, stateful,
/// asynchronous where the service is. Beside the API it serves a page to look around at <c>/</c> and, for tests and
/// demonstrations, other people's hands under <c>/simulator/</c>.
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
        Url = new Uri(_app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
    }

    /// <summary>Where it listens, such as <c>http://127.0.0.1:41234</c>.</summary>
    public Uri Url { get; }

    /// <summary>The account's state and switches, in process.</summary>
    public SimulatedAccount Account { get; }

    /// <summary>Starts a simulator; it listens when this returns.</summary>
    /// <exception cref="InvalidDataException">The seed contradicts itself.</exception>
    /// <exception cref="IOException">The address is taken, or a file cannot be opened.</exception>
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
        account.Insight = insight;
        Operation[] operations =
        [
            .. imports.Operations,
            .. insight.Operations,
            .. new AccountCalls(simulation, limiter, () => Address(app!)).Operations,
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
        app = Build(options);
        app.Run(context =>
        {
            var path = Segments(context);
            return path is [] or ["simulator", ..] or ["favicon.ico"] ? control.Serve(context, path) : api.Serve(context, path);
        });
        await app.StartAsync(cancellationToken);
        return new DotdigitalSimulator(app, account, log, [imports, insight, deletions]);
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
            account.Plant(Seeding.Read(file));
        }

        if (options.Seed is { } seed)
        {
            account.Plant(seed);
        }
    }

    private static Uri Address(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());

    private static WebApplication Build(SimulatorOptions options)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder.WebHost.UseUrls(options.Urls.Split(';'));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.Logging.ClearProviders();
        return builder.Build();
    }

    /// <summary>The path as it was sent, taken apart before it is unescaped: an address may hold an escaped slash.</summary>
    private static string[] Segments(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = target.Split('?')[0].Trim('/');
        return path.Length == 0 ? [] : [.. path.Split('/').Select(Uri.UnescapeDataString)];
    }
}
