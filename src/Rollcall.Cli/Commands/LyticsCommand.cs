using System.CommandLine;
using Rollcall.Cli.Json;
using Rollcall.Cli.Terminals;
using Rollcall.Model;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall lytics</c>: what to set up in Lytics.</summary>
internal static class LyticsCommand
{
    private const string Stream = "dotmailer_export_status";

    /// <summary>The default mapping of the status stream to user fields.</summary>
    public const string Mapping = $"""
        SELECT
            -- Email; who the event is about
            email(email) AS email
            -- Status by Dotmailer Account ID
          , map(account_id, account_status) AS dm_account_status KIND map[string]string
            -- Status by Dotmailer Addressbook ID; the key is [accountID]_[addressBookId]
          , map(join(account_id, address_book_id, "_"), address_book_status) AS dm_addressbook_status KIND map[string]string
            -- Date of Last Dotmailer Addressbook Status Update
          , epochms() AS dm_addressbook_status_ts KIND DATE
        FROM {Stream}
        INTO user
        BY email
        ALIAS {Stream}
        """;

    public static Command Create(Terminal terminal, GlobalOptions options) =>
        new("lytics", "Show what to set up in Lytics") { PrintMapping(terminal, options) };

    private static Command PrintMapping(Terminal terminal, GlobalOptions options)
    {
        var command = new Command("mapping", $"Print the default mapping of the stream {Stream} to user fields, as a Lytics query");
        Invocation.Bind(command, terminal, options,
        (invocation, _) => {
            if (invocation.Json)
            {
                invocation.WriteJson(new LyticsQuery(Stream, Mapping));
            }
            else
            {
                terminal.RawOut.WriteLine(Mapping);
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
