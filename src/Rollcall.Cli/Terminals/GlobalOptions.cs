using System.CommandLine;

namespace Rollcall.Cli.Terminals;

/// <summary>The options of every command.</summary>
internal sealed class GlobalOptions
{
    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON document and nothing else; logs go to standard error", Recursive = true };

    public Option<string?> Data { get; } = new("--data")
    {
        Description = "The data folder (default: ROLLCALL_DATA, or .rollcall here)",
        HelpName = "DIR",
        Recursive = true,
    };

    public Option<bool> ShowEmails { get; } = new("--show-emails") { Description = "Show addresses in logs (masked by default)", Recursive = true };

    public void AddTo(Command root)
    {
        root.Options.Add(Json);
        root.Options.Add(Data);
        root.Options.Add(ShowEmails);
    }
}
