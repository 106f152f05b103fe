using System.CommandLine;
using Rollcall.Cli.Json;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Rollcall.Store;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall secrets</c>: values that jobs refer to as <c>${NAME}</c>.</summary>
internal static class SecretsCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options) =>
        new("secrets", "Store, list and remove secrets that stored jobs refer to as ${NAME}")
        {
            Add(terminal, options),
            List(terminal, options),
            Remove(terminal, options),
        };

    /// <summary>A secret that is typed without being shown, or the first line of standard input.</summary>
    /// <param name="of">What it is, for the prompt.</param>
    public static async Task<string> AskAsync(Terminal terminal, string of, CancellationToken cancellation)
    {
        var value = terminal.CanAsk
            ? await new TextPrompt<string>($"{Markup.Escape(of)}:").Secret(mask: null).ShowAsync(terminal.Err, cancellation)
            : await terminal.In.ReadLineAsync(cancellation);
        return string.IsNullOrEmpty(value)
            ? throw new RollcallException(ExitCode.BadJob, "No value was given.", todo: "Type it at the prompt, or give it as the first line of standard input.")
            : Secrets.Keep(value);
    }

    private static Argument<string> NameArgument() => new("NAME") { Description = "The secret's name, as ${NAME} refers to it" };

    private static Command Add(Terminal terminal, GlobalOptions options)
    {
        var name = NameArgument();
        var command = new Command("add", "Store a secret, or replace it; prompts for its value, or reads it from standard input") { name };
        Invocation.Bind(command, terminal, options,
        async (invocation, cancellation) => {
            var store = Open(invocation);
            var stored = store.Add(invocation.Arguments.GetRequiredValue(name), await AskAsync(terminal, "Value", cancellation));
            if (invocation.Json)
            {
                invocation.WriteJson(stored);
            }
            else
            {
                invocation.Out.WriteLine($"Stored. Refer to it as ${{{stored.Name}}}.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(Terminal terminal, GlobalOptions options)
    {
        var command = new Command("list", "Show the names of stored secrets");
        Invocation.Bind(command, terminal, options,
        (invocation, _) => {
            var stored = Open(invocation).List();
            if (invocation.Json)
            {
                invocation.WriteJson(new SecretList(stored));
            }
            else if (stored.Count == 0)
            {
                invocation.Out.WriteLine("No secret is stored. Store one with: rollcall secrets add NAME");
            }
            else
            {
                var listing = new Listing(new("Name"), new("Stored"));
                foreach (var one in stored)
                {
                    listing.Add(one.Name, Figures.Time(one.Added, terminal.Clock));
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
        var command = new Command("remove", "Forget a stored secret") { name };
        Invocation.Bind(command, terminal, options,
        (invocation, _) => {
            var asked = invocation.Arguments.GetRequiredValue(name);
            if (!Open(invocation).Remove(asked))
            {
                throw new RollcallException(ExitCode.BadJob, $"There is no secret \"{asked}\".", todo: "List them with: rollcall secrets list");
            }

            invocation.WriteRemoved(asked);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static SecretStore Open(Invocation invocation)
    {
        var workplace = invocation.Workplace();
        return new SecretStore(workplace.DataFolder, workplace.Clock);
    }
}
