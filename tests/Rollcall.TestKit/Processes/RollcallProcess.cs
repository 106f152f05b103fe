using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Rollcall.TestKit.Processes;

/// <summary>The <c>rollcall</c> program as its users run it: a process with arguments, an environment and a working folder.</summary>
public sealed partial class RollcallProcess : IAsyncDisposable
{
    private const int SigInt = 2;

    // What a process needs to run at all. Nothing else of the tests' environment reaches the program.
    private static readonly string[] Inherited = ["PATH", "HOME", "TMPDIR", "LANG", "SystemRoot", "DOTNET_ROOT", "DOTNET_TieredPGO"];

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource _outputEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _errorsEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RollcallProcess(Process process) => _process = process;

    /// <summary>What it wrote to standard output so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>What it wrote to standard error so far.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts the program.</summary>
    /// <param name="folder">Its working folder.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Additional environment variables; null for none.</param>
    /// <param name="input">Its standard input, closed after that; null for an empty one.</param>
    public static RollcallProcess Start(
        string folder, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? input = null)
    {
        var start = new ProcessStartInfo(Repository.Dotnet, [Repository.Program, .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment.Clear();
        foreach (var name in Inherited)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
            {
                start.Environment[name] = value;
            }
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var started = new RollcallProcess(new Process { StartInfo = start });
        started.Begin(input);
        return started;
    }

    /// <summary>Starts the program and waits for its end.</summary>
    public static async Task<ProcessResult> RunAsync(
        string folder, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? input = null)
    {
        await using var process = Start(folder, arguments, environment, input);
        return await process.ExitAsync();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<ProcessResult> ExitAsync()
    {
        await _process.WaitForExitAsync(Xunit.TestContext.Current.CancellationToken);
        await Task.WhenAll(_outputEnded.Task, _errorsEnded.Task);
        return new ProcessResult(_process.ExitCode, Output, Errors);
    }

    /// <summary>Kills it immediately, as <c>kill -9</c> does.</summary>
    public void Kill() => _process.Kill();

    /// <summary>What Ctrl-C sends.</summary>
    public void Interrupt()
    {
        if (SendSignal(_process.Id, SigInt) != 0)
        {
            throw new InvalidOperationException($"The process {_process.Id} could not be interrupted: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);

    private static void Keep(string? line, StringBuilder text, TaskCompletionSource ended)
    {
        if (line is null)
        {
            ended.TrySetResult();
            return;
        }

        lock (text)
        {
            text.Append(line).Append('\n');
        }
    }

    private void Begin(string? input)
    {
        _process.OutputDataReceived += (_, line) => Keep(line.Data, _output, _outputEnded);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data, _errors, _errorsEnded);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        if (input is not null)
        {
            _process.StandardInput.Write(input);
        }

        _process.StandardInput.Close();
    }
}
