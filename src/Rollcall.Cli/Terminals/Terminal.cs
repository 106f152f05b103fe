using System.Collections;
using System.Text;
using Spectre.Console;

namespace Rollcall.Cli.Terminals;

/// <summary>What the program reads from and writes to.</summary>
internal sealed record Terminal
{
    /// <summary>Lines outside a terminal are never wrapped.</summary>
    private const int Unbroken = 4000;

    /// <summary>Standard output: results.</summary>
    public required IAnsiConsole Out { get; init; }

    /// <summary>Standard error: progress, questions, logs, errors.</summary>
    public required IAnsiConsole Err { get; init; }

    /// <summary>Standard output without markup: JSON, SQL, files.</summary>
    public required TextWriter RawOut { get; init; }

    /// <summary>Standard input.</summary>
    public required TextReader In { get; init; }

    /// <summary>Whether a user can answer a question.</summary>
    public bool CanAsk { get; init; }

    /// <summary>Whether standard error is a terminal that can be redrawn.</summary>
    public bool CanRedraw { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>The environment variables.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The caller's folder.</summary>
    public required string Folder { get; init; }

    public static Terminal OfThisProcess()
    {
        var environment = System.Environment.GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .ToDictionary(pair => (string)pair.Key, pair => (string?)pair.Value ?? "", StringComparer.Ordinal);
        var dumb = environment.GetValueOrDefault("TERM") is "dumb" or "" or null;
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var output = new OutgoingText(new StreamWriter(Console.OpenStandardOutput(), utf8) { AutoFlush = true });
        var error = new OutgoingText(new StreamWriter(Console.OpenStandardError(), utf8) { AutoFlush = true });
        return new Terminal
        {
            Out = Create(output, !Console.IsOutputRedirected, dumb, environment),
            Err = Create(error, !Console.IsErrorRedirected, dumb, environment),
            RawOut = output,
            In = Console.In,
            CanAsk = !Console.IsInputRedirected && !Console.IsErrorRedirected,
            CanRedraw = !Console.IsErrorRedirected && !dumb,
            Clock = TimeProvider.System,
            Environment = environment,
            Folder = Directory.GetCurrentDirectory(),
        };
    }

    /// <summary>A console on a writer: styled and wrapped to the window's width on a terminal, plain and unwrapped elsewhere.</summary>
    public static IAnsiConsole Create(TextWriter writer, bool terminal, bool dumb, IReadOnlyDictionary<string, string> environment, int? width = null)
    {
        var colours = terminal && !dumb && string.IsNullOrEmpty(environment.GetValueOrDefault("NO_COLOR"));
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal && !dumb ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = terminal ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),

            // Spectre compares names without case, and the environment may contain both http_proxy and HTTP_PROXY.
            EnvironmentVariables = environment.DistinctBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase).ToDictionary(),
        });
        console.Pipeline.Attach(new VisibleSegments());
        console.Profile.Capabilities.Unicode = true;
        if (width is not null)
        {
            console.Profile.Width = width.Value;
        }
        else if (!terminal)
        {
            console.Profile.Width = Unbroken;
        }

        return console;
    }
}
