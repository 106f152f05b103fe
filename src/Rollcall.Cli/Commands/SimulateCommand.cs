using System.CommandLine;
using System.Text.Json;
using Rollcall.Cli.Json;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Rollcall.Simulators;
using Rollcall.Simulators.Lytics;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall simulate</c>: a simulated Dotdigital or Lytics server on this machine.</summary>
internal static class SimulateCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options) =>
        new("simulate", "Simulate a Dotdigital or Lytics account on this machine, to try a job")
        {
            Dotdigital(terminal, options),
            Lytics(terminal, options),
        };

    private static Command Dotdigital(Terminal terminal, GlobalOptions options)
    {
        var switches = new DotdigitalSwitches();
        var command = new Command("dotdigital", "Simulate a Dotdigital account until Ctrl-C; prints its URL first. API user demo, password demo");
        switches.AddTo(command);
        Invocation.Bind(command, terminal, options,
        async (invocation, cancellation) => {
            await using var simulator = await StartAsync(() => DotdigitalSimulator.StartAsync(switches.Read(invocation), cancellation));
            Say(invocation, simulator.Url);
            await simulator.WaitForShutdownAsync(cancellation);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Lytics(Terminal terminal, GlobalOptions options)
    {
        var switches = new LyticsSwitches();
        var command = new Command("lytics", "Simulate a Lytics account until Ctrl-C; prints its URL first. API token demo");
        switches.AddTo(command);
        Invocation.Bind(command, terminal, options,
        async (invocation, cancellation) => {
            await using var simulator = await StartAsync(() => LyticsSimulator.StartAsync(switches.Read(invocation), cancellation));
            Say(invocation, simulator.Url);
            await simulator.WaitForShutdownAsync(cancellation);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Say(Invocation invocation, Uri address)
    {
        var url = address.GetLeftPart(UriPartial.Authority);
        if (invocation.Json)
        {
            invocation.WriteJson(new ListeningSimulator(url));
        }
        else
        {
            invocation.Terminal.RawOut.WriteLine(url);
            invocation.Out.MarkupLineInterpolated($"[dim]Open it in a browser to look around. Ctrl-C stops it and discards its data.[/]");
        }
    }

    private static async Task<T> StartAsync<T>(Func<Task<T>> start)
    {
        try
        {
            return await start();
        }
        catch (Exception refused) when (refused is IOException or InvalidDataException or UnauthorizedAccessException or FormatException
            or InvalidOperationException or ArgumentException or JsonException)
        {
            throw new RollcallException(ExitCode.BadJob, $"The simulator could not start: {refused.Message}", inner: refused);
        }
    }
}
