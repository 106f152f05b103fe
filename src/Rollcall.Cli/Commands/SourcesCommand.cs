using System.CommandLine;
using Rollcall.Cli.Json;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Rollcall.Store;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall sources</c>: where audiences are, by name, for jobs that are made over HTTP.</summary>
internal static class SourcesCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options) =>
        new("sources", "Store, list and remove sources that stored jobs use by name")
        {
            Add(terminal, options),
            List(terminal, options),
            Remove(terminal, options),
        };

    private static Argument<string> NameArgument() => new("NAME") { Description = "The source's name" };

    private static Command Add(Terminal terminal, GlobalOptions options)
    {
        var name = NameArgument();
        var lytics = new Option<string?>("--lytics-url")
        {
            Description = "Lytics' API, such as https://api.lytics.io; its token is prompted for, or read from standard input", HelpName = "URL",
        };
        var database = new Option<bool>("--database")
        {
            Description = "A database: its URL, with the password, is prompted for, or read from standard input",
        };
        var files = new Option<string?>("--files") { Description = "A folder with files", HelpName = "DIR" };
        var command = new Command("add", "Store a source, or replace it") { name, lytics, database, files };
        Invocation.Bind(command, terminal, options,
        async (invocation, cancellation) => {
            var (sources, asked) = (Open(invocation), invocation.Arguments.GetRequiredValue(name));
            switch (invocation.Arguments.GetValue(lytics), invocation.Arguments.GetValue(database), invocation.Arguments.GetValue(files))
            {
                case ({ } url, false, null):
                    sources.AddLytics(asked, url, await SecretsCommand.AskAsync(terminal, "API token", cancellation));
                    break;
                case (null, true, null):
                    sources.AddDatabase(asked, await SecretsCommand.AskAsync(terminal, "Database URL", cancellation));
                    break;
                case (null, false, { } folder):
                    sources.AddFiles(asked, invocation.FullPath(folder));
                    break;
                default:
                    throw new RollcallException(ExitCode.BadJob, "A source is one of --lytics-url, --database and --files.", todo: "Give exactly one of them.");
            }

            Show(invocation, sources.Find(asked)!);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(Terminal terminal, GlobalOptions options)
    {
        var command = new Command("list", "Show the stored sources, without secrets");
        Invocation.Bind(command, terminal, options,
        (invocation, _) => {
            var all = Open(invocation).List();
            if (invocation.Json)
            {
                invocation.WriteJson(new SourceList(all));
            }
            else if (all.Count == 0)
            {
                invocation.Out.WriteLine("No source is stored. Store one with: rollcall sources add NAME");
            }
            else
            {
                var listing = new Listing(new("Name"), new("Kind"), new("Where"), new("In a job"));
                foreach (var one in all)
                {
                    listing.Add(one.Name, one.Kind, one.Where, string.Join(", ", one.Keys.Select(key => $"{key.Key}: {key.Value}")));
                }

                listing.Write(invocation.Out);
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static Command Remove(Terminal terminal, GlobalOptions options)
    {
        var name = NameArgument();
        var command = new Command("remove", "Forget a stored source") { name };
        Invocation.Bind(command, terminal, options,
        (invocation, _) => {
            var asked = invocation.Arguments.GetRequiredValue(name);
            if (!Open(invocation).Remove(asked))
            {
                throw new RollcallException(ExitCode.BadJob, $"There is no source \"{asked}\".", todo: "List them with: rollcall sources list");
            }

            invocation.WriteRemoved(asked);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static void Show(Invocation invocation, StoredSource source)
    {
        if (invocation.Json)
        {
            invocation.WriteJson(source);
            return;
        }

        invocation.Terminal.RawOut.WriteLine($"Stored {source.Name} ({source.Kind}: {source.Where}). In a job:");
        foreach (var (key, value) in source.Keys)
        {
            invocation.Terminal.RawOut.WriteLine($"  {key}: {value}");
        }
    }

    private static SourceStore Open(Invocation invocation)
    {
        var workplace = invocation.Workplace();
        return new SourceStore(new SecretStore(workplace.DataFolder, workplace.Clock));
    }
}
