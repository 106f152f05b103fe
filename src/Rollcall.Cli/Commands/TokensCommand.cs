using System.CommandLine;
using System.Globalization;
using Rollcall.Cli.Json;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Rollcall.Operations;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall tokens</c>: the tokens of the service's HTTP APIs.</summary>
internal static class TokensCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options) =>
        new("tokens", "Make, list and remove tokens for the service's HTTP APIs")
        {
            Add(terminal, options),
            List(terminal, options),
            Remove(terminal, options),
        };

    private static Command Add(Terminal terminal, GlobalOptions options)
    {
        var name = new Argument<string>("NAME") { Description = "What the token is for" };
        var role = new Option<string>("--role") { Description = "What its bearer may do: viewer, editor or admin", Required = true, HelpName = "ROLE" };
        role.AcceptOnlyFromAmong([.. Enum.GetNames<Role>().Select(one => one.ToLowerInvariant())]);
        var seesPeople = new Option<bool>("--sees-people") { Description = "Its bearer sees addresses; others see them masked" };
        var changesConsent = new Option<bool>("--changes-consent")
        {
            Description = "Its bearer may set options that resubscribe, unsubscribe or create people again, and pass guards",
        };
        var until = new Option<DateTimeOffset?>("--until") { Description = "When it ends, such as 2027-01-31; never, unless given", HelpName = "DATE" };
        var command = new Command("add", "Make a token and print it, this once") { name, role, seesPeople, changesConsent, until };
        Invocation.Bind(command, terminal, options,
        (invocation, _) => {
            using var tokens = Open(invocation);
            var (token, kept) = tokens.Add(new NewToken
            {
                Name = invocation.Arguments.GetRequiredValue(name),
                Role = Enum.Parse<Role>(invocation.Arguments.GetRequiredValue(role), ignoreCase: true),
                SeesPeople = invocation.Arguments.GetValue(seesPeople),
                ChangesConsent = invocation.Arguments.GetValue(changesConsent),
                Ends = invocation.Arguments.GetValue(until),
            });

            if (invocation.Json)
            {
                invocation.WriteJson(new MadeToken(token, kept.Id, kept.Name));
            }
            else
            {
                terminal.RawOut.WriteLine(token);
                terminal.Err.WriteLine("Keep it now: it is not shown again. Send it in the header Authorization.");
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static Command List(Terminal terminal, GlobalOptions options)
    {
        var command = new Command("list", "Show the tokens, without the tokens themselves");
        Invocation.Bind(command, terminal, options,
        (invocation, _) => {
            using var tokens = Open(invocation);
            var all = tokens.All();
            if (invocation.Json)
            {
                invocation.WriteJson(new TokenList(all));
            }
            else if (all.Count == 0)
            {
                invocation.Out.WriteLine("There are no tokens. Make one with: rollcall tokens add NAME --role ROLE");
            }
            else
            {
                Write(invocation, all);
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static Command Remove(Terminal terminal, GlobalOptions options)
    {
        var name = new Argument<string>("NAME") { Description = "The token's name or id" };
        var command = new Command("remove", "Remove a token: it is worth nothing from now on") { name };
        Invocation.Bind(command, terminal, options,
        (invocation, _) => {
            using var tokens = Open(invocation);
            var asked = invocation.Arguments.GetRequiredValue(name);
            if (!tokens.Remove(asked))
            {
                throw new RollcallException(ExitCode.BadJob, $"There is no token \"{asked}\".", todo: "List them with: rollcall tokens list");
            }

            if (invocation.Json)
            {
                invocation.WriteJson(new RemovedToken(asked, true));
            }
            else
            {
                invocation.Out.WriteLine($"{asked}: removed");
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static void Write(Invocation invocation, IReadOnlyList<ApiToken> all)
    {
        var table = new Table().Border(TableBorder.None).AddColumn("token").AddColumn("role").AddColumn("rights").AddColumn("ends").AddColumn("last used");
        foreach (var one in all)
        {
            string?[] rights = [one.SeesPeople ? "sees people" : null, one.ChangesConsent ? "changes consent" : null];
            table.AddRow(
                Markup.Escape(one.Name), one.Role.ToString().ToLowerInvariant(), string.Join(", ", rights.OfType<string>()), Day(one.Ends) ?? "never",
                Day(one.LastUsed) ?? "never");
        }

        invocation.Out.Write(table);
    }

    private static string? Day(DateTimeOffset? moment) => moment?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static ApiTokens Open(Invocation invocation)
    {
        var workplace = invocation.Workplace();
        return new ApiTokens(workplace.DataFolder, workplace.Clock);
    }
}
