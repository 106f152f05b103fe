using Serilog.Debugging;
using System.Runtime.InteropServices;
using Rollcall.Cli;
using Rollcall.Cli.Terminals;
using Rollcall.Work;
using Spectre.Console;

FileModes.KeepToOwner();

using var stop = new CancellationTokenSource();

// The first signal asks the command to stop where it can resume; a second one stops the program immediately.
void Stop(PosixSignalContext signal)
{
    if (!stop.IsCancellationRequested)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

var terminal = Terminal.OfThisProcess();

// What Serilog cannot do is said, not lost.
SelfLog.Enable(fault => terminal.Err.WriteLine($"warning: The log has a fault: {fault}"));
var exitCode = await CommandLine.RunAsync(args, terminal, stop.Token);
terminal.RawOut.Flush();
return exitCode;
