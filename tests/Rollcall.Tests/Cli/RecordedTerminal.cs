using Microsoft.Extensions.Time.Testing;
using Rollcall.Cli;
using Rollcall.Cli.Terminals;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.Tests.Cli;

/// <summary>A terminal that records its output, with its own folder and a fixed clock.</summary>
internal sealed class RecordedTerminal : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    public RecordedTerminal(string input = "", int? width = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var variables = environment ?? new Dictionary<string, string>();
        Terminal = new Terminal
        {
            Out = Terminal.Create(_output, terminal: width is not null, dumb: true, variables, width),
            Err = Terminal.Create(_errors, terminal: width is not null, dumb: true, variables, width),
            RawOut = _output,
            In = new StringReader(input),
            Clock = Clock,
            Environment = variables,
            Folder = Folder.Path,
        };
    }

    public TempFolder Folder { get; } = new();

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 24, 6, 0, 0, TimeSpan.Zero));

    public Terminal Terminal { get; }

    public string Output => _output.ToString();

    public string Errors => _errors.ToString();

    public Task<int> RunAsync(params string[] arguments) => CommandLine.RunAsync(arguments, Terminal, TestContext.Current.CancellationToken);

    public void Dispose() => Folder.Dispose();
}
