using System.CommandLine;
using Rollcall.Cli.Json;
using Rollcall.Cli.Terminals;
using Rollcall.Simulators;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall simulate</c>: other people's servers, on this machine.</summary>
internal static class SimulateCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options) =>
        new("simulate", "Play a Dotdigital account on this machine, to try a job against") { Dotdigital(terminal, options) };

    private static Command Dotdigital(Terminal terminal, GlobalOptions options)
    {
        var switches = new SimulatorSwitches();
        var command = new Command("dotdigital", "Play a Dotdigital account until Ctrl-C; the first line printed is its address. API user demo, password demo");
        switches.AddTo(command);
        Invocation.Bind(command, terminal, options, async (invocation, cancellation) =>
        {
            await using var simulator = await StartAsync(switches.Read(invocation), cancellation);
            var url = simulator.Url.GetLeftPart(UriPartial.Authority);
            if (invocation.Json)
            {
                invocation.WriteJson(new ListeningSimulator(url));
            }
            else
            {
                terminal.RawOut.WriteLine(url);
                invocation.Out.MarkupLineInterpolated($"[dim]Open it in a browser to look around. Ctrl-C ends it; what it holds is gone then.[/]");
            }

            await simulator.WaitForShutdownAsync(cancellation);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<DotdigitalSimulator> StartAsync(SimulatorOptions options, CancellationToken cancellation)
    {
        try
        {
            return await DotdigitalSimulator.StartAsync(options, cancellation);
        }
        catch (Exception refused) when (refused is IOException or InvalidDataException or UnauthorizedAccessException or FormatException or InvalidOperationException or ArgumentException)
        {
            throw new RollcallException(ExitCode.BadJob, $"The simulator does not start: {refused.Message}", inner: refused);
        }
    }
}
