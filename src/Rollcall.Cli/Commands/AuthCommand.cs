using System.CommandLine;
using Rollcall.Cli.Json;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall auth</c>: the credentials that job files name.</summary>
internal static class AuthCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options) =>
        new("auth", "Store, list, test and remove Dotdigital credentials that job files name")
        {
            Add(terminal, options),
            List(terminal, options),
            Test(terminal, options),
            Remove(terminal, options),
        };

    private static Argument<string> NameArgument() => new("NAME") { Description = "The authorization's name, as job files give it" };

    private static Command Add(Terminal terminal, GlobalOptions options)
    {
        var name = NameArgument();
        var username = new Option<string>("--username", "-u") { Description = "The Dotdigital API user", HelpName = "USER", Required = true };
        var endpoint = new Option<string?>("--endpoint")
        {
            Description = "The account's endpoint, such as https://r2-api.dotdigital.com (default: Dotdigital is asked for it)",
            HelpName = "URL",
        };
        var replace = new Option<bool>("--replace") { Description = "Replace the credentials stored under this name" };
        var command = new Command("add", "Store credentials; prompts for the password, or reads it from standard input") { name, username, endpoint, replace };
        Invocation.Bind(command, terminal, options,
        async (invocation, cancellation) => {
            var arguments = invocation.Arguments;
            var url = arguments.GetValue(endpoint) is { } text ? Endpoint(text) : null;
            var user = arguments.GetRequiredValue(username);
            await ConfirmReplacingAsync(invocation, arguments.GetRequiredValue(name), arguments.GetValue(replace), cancellation);
            var password = await PasswordAsync(terminal, user, cancellation);
            DataFolder.Create(invocation.DataFolder, terminal.Err);
            var stored = invocation.Authorizations().Add(arguments.GetRequiredValue(name), new Credentials(user, password, url));
            if (invocation.Json)
            {
                invocation.WriteJson(stored);
            }
            else
            {
                invocation.Out.MarkupLineInterpolated(
                    $"[green]✓[/] Stored [bold]{stored.Name}[/] for {stored.Username}. Try it: rollcall auth test {stored.Name}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Jobs use the stored credentials, so replacing them has to be deliberate.</summary>
    private static async Task ConfirmReplacingAsync(Invocation invocation, string name, bool replace, CancellationToken cancellation)
    {
        if (replace
            || invocation.Authorizations().List().FirstOrDefault(one => string.Equals(one.Name, name, StringComparison.OrdinalIgnoreCase)) is not { } stored)
        {
            return;
        }

        var terminal = invocation.Terminal;
        var question = $"\"{stored.Name}\" is already stored, for {stored.Username}.";
        if (!terminal.CanAsk
            || !await new ConfirmationPrompt(Markup.Escape($"{question} Replace it?")) { DefaultValue = false }.ShowAsync(terminal.Err, cancellation))
        {
            throw new RollcallException(ExitCode.BadJob, $"{question} Nothing was changed.", todo: "To replace it, add --replace, or choose another name.");
        }
    }

    private static Command List(Terminal terminal, GlobalOptions options)
    {
        var command = new Command("list", "List stored credentials, without passwords");
        Invocation.Bind(command, terminal, options,
        (invocation, _) => {
            var stored = invocation.Authorizations().List();
            if (invocation.Json)
            {
                invocation.WriteJson(new AuthorizationList(stored));
            }
            else if (stored.Count == 0)
            {
                invocation.Out.WriteLine($"No authorization is stored in {invocation.DataFolder}. Store one with: rollcall auth add NAME --username USER");
            }
            else
            {
                var listing = new Listing(new("Name"), new("API user"), new("Endpoint"), new("Stored"));
                foreach (var one in stored)
                {
                    listing.Add(one.Name, one.Username, one.Endpoint?.ToString() ?? "from Dotdigital", Figures.Time(one.Added, terminal.Clock));
                }

                listing.Write(invocation.Out);
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static Command Test(Terminal terminal, GlobalOptions options)
    {
        var name = NameArgument();
        var command = new Command("test", "Check stored credentials with Dotdigital; sends nothing else") { name };
        Invocation.Bind(command, terminal, options,
        async (invocation, cancellation) => {
            var asked = invocation.Arguments.GetRequiredValue(name);
            var credentials = invocation.Authorizations().Get(asked);
            var account = await ConnectAsync(credentials, terminal.Clock, cancellation);
            var endpoint = account.Endpoint.GetLeftPart(UriPartial.Authority);
            if (invocation.Json)
            {
                invocation.WriteJson(new TestedAuthorization(asked, true, account.Id, account.Name, endpoint));
            }
            else
            {
                invocation.Out.MarkupLineInterpolated(
                    $"[green]✓[/] [bold]{asked}[/] is valid for account {account.Id}{(account.Name.Length == 0 ? "" : $" ({account.Name})")} at {endpoint}.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<Account> ConnectAsync(Credentials credentials, TimeProvider clock, CancellationToken cancellation)
    {
        try
        {
            var options = new DotdigitalOptions
            {
                Username = credentials.Username,
                Password = credentials.Password,
                Endpoint = credentials.Endpoint,
                Clock = clock,
            };
            using var client = await DotdigitalClient.ConnectAsync(options, cancellation);
            return client.Account;
        }
        catch (DotdigitalException refused)
        {
            throw new RollcallException(ExitCode.Dotdigital, refused.Message, inner: refused);
        }
    }

    private static Command Remove(Terminal terminal, GlobalOptions options)
    {
        var name = NameArgument();
        var command = new Command("remove", "Remove stored credentials") { name };
        Invocation.Bind(command, terminal, options,
        (invocation, _) => {
            var asked = invocation.Arguments.GetRequiredValue(name);
            if (!invocation.Authorizations().Remove(asked))
            {
                throw new RollcallException(
                    ExitCode.BadJob, $"No authorization \"{asked}\" is stored in {invocation.DataFolder}.", todo: "See: rollcall auth list");
            }

            if (invocation.Json)
            {
                invocation.WriteJson(new RemovedAuthorization(asked, true));
            }
            else
            {
                invocation.Out.MarkupLineInterpolated($"[green]✓[/] Removed [bold]{asked}[/].");
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static async Task<string> PasswordAsync(Terminal terminal, string user, CancellationToken cancellation)
    {
        var password = terminal.CanAsk
            ? await new TextPrompt<string>($"Password of {Markup.Escape(user)}:").Secret(mask: null).ShowAsync(terminal.Err, cancellation)
            : await terminal.In.ReadLineAsync(cancellation);
        return string.IsNullOrEmpty(password)
            ? throw new RollcallException(
                ExitCode.BadJob, "No password was given.", todo: "Type it at the prompt, or give it as the first line of standard input.")
            : password;
    }

    private static Uri Endpoint(string text)
    {
        var why = Uri.TryCreate(text, UriKind.Absolute, out var url) ? DotdigitalEndpoints.WhyForbidden(url) : "it is not an absolute URL";
        return why is null
            ? url!
            : throw new RollcallException(
                ExitCode.BadJob,
                $"Passwords must not be sent to \"{text}\": {why}.",
                "--endpoint",
                "Use https://....dotdigital.com, or a simulator on this machine such as http://127.0.0.1:9400.");
    }
}
