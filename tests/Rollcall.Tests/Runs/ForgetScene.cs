using System.Text;
using DuckDB.NET.Data;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>A job that wrote something about a person everywhere, and where the person's address still is.</summary>
internal static class ForgetScene
{
    public const string Person = "ann.o'neill+news@example.com";

    /// <summary>A job that wrote something of the person everywhere: they were there before, failed, were updated, opted out, and appear in a log.</summary>
    public static async Task<ExportScene> LivedInAsync()
    {
        var scene = await ExportScene.StartAsync();
        scene.More = "status_sink: {file: status.jsonl}";
        scene.Config += "\n  sync_status: true";
        scene.Account.AddContact(Person, scene.Gold);
        scene.Set("gold", $"{Person},Ann,1", "bob@example.com", "x" + Person, "dee@example.com");
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.Refuse, Status = 404, Message = "ERROR_ADDRESSBOOK_NOT_FOUND" });
        await scene.RunAsync();
        await scene.RunAsync();
        scene.Set("gold", $"{Person},Anna,2", "bob@example.com", "x" + Person, "dee@example.com");
        await scene.RunAsync(new RunOptions { Only = ["nobody@example.com", Person] });
        scene.Account.Unsubscribe(Person, scene.Gold);
        scene.Account.Unsubscribe("dee@example.com");
        scene.Set("gold", $"{Person},Anna,3", "bob@example.com", "x" + Person, "dee@example.com");
        await scene.RunAsync();
        new Rollcall.Store.DataFolder(scene.DataFolder).Publish(
            "logs/rollcall-2026-01-01.log",
            path => File.WriteAllText(
                path,
                $"info {Person}: shown with --show-emails.\n"
                + $"info GET /contacts/v3/email/{Uri.EscapeDataString(Person)}\n"
                + $"info x{Person} and bob@example.com\n"));
        return scene;
    }

    public static ForgetResult Forgotten(ExportScene scene, string email) =>
        Forget.Run(email, scene.DataFolder, _ => null, cancellation: TestContext.Current.CancellationToken);

    /// <summary>
    /// Where an address still is: in any Parquet row, in any byte of any other file, in any status file. A longer address that contains it is another.
    /// </summary>
    public static List<string> Finding(ExportScene scene, string email)
    {
        var found = new List<string>();
        var files = Directory.EnumerateFiles(scene.Folder, "*", SearchOption.AllDirectories)
            .Where(f => !f.EndsWith(".csv", StringComparison.Ordinal) && !f.EndsWith(".yaml", StringComparison.Ordinal));
        foreach (var path in files)
        {
            var name = Path.GetRelativePath(scene.DataFolder, path);
            var text = name.EndsWith(".parquet", StringComparison.Ordinal) ? Rows(path) : Encoding.UTF8.GetString(File.ReadAllBytes(path));
            foreach (var form in new[] { email, Uri.EscapeDataString(email) })
            {
                int IndexOf(int from) => text.IndexOf(form, from, StringComparison.OrdinalIgnoreCase);
                for (var at = IndexOf(0); at >= 0; at = IndexOf(at + 1))
                {
                    if (at == 0 || text[at - 1] != 'x')
                    {
                        found.Add($"{Kind(name)}: {name} at {at}");
                    }
                }
            }
        }

        return found;
    }

    private static string Kind(string name)
    {
        if (name.StartsWith("..", StringComparison.Ordinal))
        {
            return "status";
        }

        return name.StartsWith("rollcall.db", StringComparison.Ordinal) ? "store" : name.Split('/')[0];
    }

    private static string Rows(string parquet)
    {
        using var duckdb = new DuckDBConnection("DataSource=:memory:");
        duckdb.Open();
        using var command = duckdb.CreateCommand();
        command.CommandText = $"SELECT coalesce(string_agg(t::VARCHAR, chr(10)), '') FROM read_parquet('{parquet}') t";
        return ((string)command.ExecuteScalar()!).Replace("\\'", "'", StringComparison.Ordinal);
    }
}
