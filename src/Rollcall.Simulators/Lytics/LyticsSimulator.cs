using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Rollcall.Simulators.Http;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.Lytics;

/// <summary>
/// One Lytics account over HTTP: audiences to scan, content to recommend, streams that take events. It is strict about
/// requests, and stateful. Behaviour that the documentation leaves open is a switch. In addition to the API it serves a page
/// at <c>/</c> and, for tests and demonstrations, manual changes under <c>/simulator/</c>.
/// </summary>
public sealed class LyticsSimulator : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RequestLog? _log;

    private LyticsSimulator(WebApplication app, SimulatedLytics account, RequestLog? log)
    {
        _app = app;
        _log = log;
        Account = account;
        Url = LocalServer.Address(app);
    }

    /// <summary>Where it listens, such as <c>http://127.0.0.1:41234</c>.</summary>
    public Uri Url { get; }

    /// <summary>The account's state and switches, in process.</summary>
    public SimulatedLytics Account { get; }

    /// <summary>Starts a simulator; it listens when this returns.</summary>
    /// <exception cref="InvalidDataException">The seed contradicts itself.</exception>
    /// <exception cref="JsonException">The seed file is invalid.</exception>
    /// <exception cref="IOException">The address is in use, or a file cannot be opened.</exception>
    public static async Task<LyticsSimulator> StartAsync(LyticsSimulatorOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var state = new LyticsState(options);
        if (options.SeedFile is { } file)
        {
            state.Plant(Seeding.Read<LyticsSeed>(file));
        }

        if (options.Seed is { } seed)
        {
            state.Plant(seed);
        }

        var log = options.RequestLogFile is { } logFile ? new RequestLog(logFile) : null;
        var segments = new SegmentCalls(state);
        LyticsOperation[] operations =
        [
            .. new ScanCalls(state, segments).Operations,
            .. segments.Operations,
            .. new SchemaCalls(state).Operations,
            .. new RecommendCalls(state).Operations,
            .. new CollectCalls(state).Operations,
        ];
        var account = new SimulatedLytics(state) { Operations = [.. operations.Select(operation => operation.Name)] };
        var api = new LyticsServer(state, operations, log);
        var control = new LyticsControl(state, account);
        var app = LocalServer.Build(options.Urls);
        app.Run(context =>
        {
            var path = LocalServer.Segments(context);
            return path is [] or ["simulator", ..] or ["favicon.ico"] ? control.Serve(context, path) : api.Serve(context, path);
        });
        await app.StartAsync(cancellationToken);
        return new LyticsSimulator(app, account, log);
    }

    /// <summary>Serves until the token is cancelled.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken = default) => _app.WaitForShutdownAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _log?.Dispose();
    }
}
