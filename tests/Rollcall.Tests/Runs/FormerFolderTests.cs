using Rollcall.Model;
using Rollcall.Store;
using Rollcall.Store.Sqlite;
using Xunit;
using static Rollcall.Tests.Runs.FormerFolder;

namespace Rollcall.Tests.Runs;

/// <summary>A data folder whose addresses were keyed by a former version works as if it had been keyed by this one.</summary>
public sealed class FormerFolderTests
{
    private static readonly string[] Everyone =
    [
        "İbrahim.Kaya@example.com",
        "\u212Aelvin@example.com",
        "mu\u0308ller@example.com",
        "Gülşah.Çelik@example.com",
        "anna@Bücher.example",
        "GRO\u1E9EE@example.com",
        "straße@example.com",
        "ÅSA.ÖBERG@example.com",
        "ΝΙΚΟΣ@example.com",
        "plain@example.com",
        "Plain.Too@Example.com",
        "IŞIL@example.com",
        "GÜNEŞ@example.com",
        "ılgaz@example.com",
        "Ru\u0308ya@example.com", "R\u00FCya@example.com", "ÖZGÜR@example.com", "Zoë@example.com", "İnci@example.com",
    ];

    private static readonly string[] OptedOut =
    [
        "IŞIL@example.com",
        "GÜNEŞ@example.com",
        "R\u00FCya@example.com",
        "ÖZGÜR@example.com",
        "Zoë@example.com",
        "İnci@example.com",
    ];

    [Fact]
    public async Task Everyone_is_found_again_and_nobody_enters_twice()
    {
        await using var former = await StartAsync();
        var (contacts, before) = (former.Account.ContactCount, former.In(Gold));

        var result = await former.LettersAsync(Everyone);
        var again = await former.LettersAsync(Everyone);

        // One was sent by the former version and never found again.
        Assert.Equal((19L, 1L, 0L, 6L), (result.Audiences[0].Members, result.Audiences[0].Entered, result.Audiences[0].Exited, result.Audiences[0].Suppressed));
        Assert.Equal((0L, 0L, 0L, 12L), (again.Audiences[0].Entered, again.Audiences[0].Updated, again.Audiences[0].Exited, again.Audiences[0].Unchanged));
        Assert.Equal(contacts, former.Account.ContactCount);
        Assert.Equal(before.Except(["Ru\u0308ya@example.com"]), former.In(Gold).Except(["Ru\u0308ya@example.com"]));
    }

    [Fact]
    public async Task Opt_outs_count_under_every_spelling()
    {
        await using var former = await StartAsync();
        var respelled = new[]
        {
            "Zoe\u0308@example.com",
            "gu\u0308neş@example.com",
            "o\u0308zgu\u0308r@example.com",
            "R\u00FCya@example.com",
            "IŞIL@example.com",
            "İnci@example.com",
        };

        var result = await former.LettersAsync([.. Everyone.Except(OptedOut), .. respelled]);

        Assert.Equal(6L, result.Audiences[0].Suppressed);
        Assert.Empty(former.In(Gold).Intersect(respelled));
    }

    [Fact]
    public async Task People_who_left_the_audience_leave_and_people_there_before_or_of_another_job_stay()
    {
        await using var former = await StartAsync();
        await former.LettersAsync(Everyone);

        await former.LettersAsync("plain@example.com", "şükrü.şahin@example.com");
        await former.LettersAsync("plain@example.com");

        Assert.Equal(
            [
                "Noe\u0308l@example.com",
                "nora@Bücher.example",
                "plain@example.com",
                "shop.only@example.com",
                "ÅSA.ÖBERG@example.com",
                "İlker@example.com",
                "Şükrü.Şahin@example.com",
            ],
            former.In(Gold).Except(["Ru\u0308ya@example.com"]).Except(OptedOut));
    }

    [Fact]
    public async Task An_open_import_is_settled_for_the_people_it_was_sent_for()
    {
        await using var former = await StartAsync();
        var contacts = former.Account.ContactCount;
        string[] members =
        [
            "A\u030ASA.O\u0308BERG@example.com",
            "shop.only@example.com",
            "İlker@example.com",
            "No\u00EBl@example.com",
            "nora@xn--bcher-kva.example",
        ];

        await former.ShopAsync(members);
        var again = await former.ShopAsync(members);
        Assert.Equal((5L, contacts), (again.Audiences[0].Unchanged, former.Account.ContactCount));
        Assert.Equal("Boots", former.Account.Contact("ÅSA.ÖBERG@example.com")!.DataFields["REC_TITLE"]);

        await former.ShopAsync("shop.only@example.com");
        Assert.DoesNotContain(former.In(Gold), email => email is "İlker@example.com" or "Noe\u0308l@example.com" or "nora@Bücher.example");
        Assert.Contains("ÅSA.ÖBERG@example.com", former.In(Gold));
    }

    [Fact]
    public async Task Interrupted_single_calls_are_settled_for_the_people_they_were_made_for()
    {
        await using var former = await StartAsync();
        string[] members = ["ÇAĞLA@example.com", "İdil@example.com", "plain@example.com"];

        var result = await former.JoinsAsync(members);
        await former.JoinsAsync(members);

        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.Equal(members.Order(StringComparer.Ordinal), former.In(Silver));
        Assert.All(members, email => Assert.True(former.Account.Joins(email, Silver) <= 1));
        await former.JoinsAsync("plain@example.com");
        Assert.Equal(["plain@example.com"], former.In(Silver));
    }

    [Fact]
    public async Task A_person_who_was_erased_is_known_by_the_hash_of_the_former_key()
    {
        await using var former = await StartAsync("İpek@example.com", "Jürgen.Öz@example.com");

        await former.LettersAsync([.. Everyone, "Jürgen.Öz@example.com"]);
        await former.ByeAsync("bye.only@example.com", "İpek@example.com", "İhsan@example.com");
        Assert.Null(former.Account.Contact("Jürgen.Öz@example.com"));
        Assert.Null(former.Account.Contact("İpek@example.com"));

        await former.ByeAsync("bye.only@example.com");
        Assert.Equal(["bye.only@example.com", "İhsan@example.com"], former.In(Bronze));
    }

    [Fact]
    public async Task Killed_at_any_moment_the_folder_is_the_former_one_or_this_versions()
    {
        await using var done = new FormerFolder();
        Open(done, null);
        var expected = Content(done);
        for (var n = 1; ; n++)
        {
            await using var former = new FormerFolder();
            using (Stores.Open(new DataFolder(former.DataFolder)))
            {
            }

            var (before, reached) = (Content(former), 0);
            try
            {
                Open(former, _ => reached = ++reached == n ? throw new InvalidOperationException("killed") : reached);
                Assert.True(n > 10);
                return;
            }
            catch (InvalidOperationException)
            {
                var left = Content(former);
                Assert.True(left == before || left == expected, $"{n}: {left}");
            }

            Open(former, null);
            Assert.Equal(expected, Content(former));
            Assert.Equal(Files(done), Files(former));
        }
    }

    [Fact]
    public async Task A_folder_of_plain_addresses_is_left_as_it_is()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.AddContact("there@example.com", scene.Gold);
        scene.Account.Unsubscribe("there@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com", "Bob@Example.com");
        await scene.RunAsync();
        var files = Stamps(scene.DataFolder);
        using var store = (SqliteStore)Stores.Open(new DataFolder(scene.DataFolder));
        store.Connection.Execute("DELETE FROM rekeyed");

        store.Rekey(TestContext.Current.CancellationToken);

        Assert.Equal(files, Stamps(scene.DataFolder));
        Assert.Equal(1L, store.Connection.Number("SELECT count(*) FROM rekeyed"));
        Assert.Equal(
            (2L, 0L),
            ((await scene.RunAsync()).Audiences[0].Unchanged,
                store.Connection.Number("SELECT count(*) FROM opt_out WHERE email_key <> 'there@example.com'")));
    }

    [Fact]
    public async Task Of_two_opt_outs_that_become_one_what_keeps_the_person_out_longer_stays()
    {
        await using var former = new FormerFolder();
        var folder = new DataFolder(former.DataFolder);
        using var store = (SqliteStore)Stores.Open(folder);
        store.Connection.Execute("""
            DELETE FROM opt_out;
            INSERT INTO opt_out(account_id, book_id, email_key, contact_id, status, since, cause, seen_no, lifted_at) VALUES
                (1001, 7, 'zoë@example.com', 1, 'Unsubscribed', 500, 'this job', 3, 900),
                (1001, 7, 'zoe' || char(776) || '@example.com', 2, 'HardBounced', 400, 'theirs', 2, NULL),
                (1001, 0, 'große@example.com', 3, 'Unsubscribed', 100, 'theirs', 1, NULL),
                (1001, 0, 'ibrahim.kaya@example.com', NULL, 'Unsubscribed', 100, 'this job', 1, NULL),
                (1001, 0, 'anna@bücher.example', 4, 'Unsubscribed', 100, 'theirs', 1, NULL);
            """);

        store.Rekey(TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                "anna@xn--bcher-kva.example Unsubscribed 100 -", "große@example.com Unsubscribed 100 -", "groẞe@example.com Unsubscribed 100 -",
                "ibrahim.kaya@example.com Unsubscribed 100 -", "zoë@example.com HardBounced 500 -", "İbrahim.kaya@example.com Unsubscribed 100 -",
            ],
            store.Connection
                .Query<string>("SELECT email_key || ' ' || status || ' ' || since || ' ' || coalesce(lifted_at, '-') FROM opt_out")
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_folder_that_a_former_version_works_in_is_not_touched()
    {
        await using var former = new FormerFolder();
        var folder = new DataFolder(former.DataFolder);
        using var atWork = folder.TryLock(RunFolders.Lock("20261129T214411Z"));
        using var store = (SqliteStore)Stores.Open(folder);

        var busy = Assert.Throws<RollcallException>(() => store.Rekey(TestContext.Current.CancellationToken));

        Assert.Equal(ExitCode.Busy, busy.ExitCode);
        Assert.Equal("ledger/letters/00000003", store.Connection.Query<string>("SELECT ledger_folder FROM job WHERE tag = 'letters'")[0]);
    }

    private static void Open(FormerFolder former, Action<string>? checkpoint)
    {
        var folder = new DataFolder(former.DataFolder, checkpoint);
        using var store = (SqliteStore)Stores.Open(folder, checkpoint);
        store.Rekey(TestContext.Current.CancellationToken);
    }

    private static string Content(FormerFolder former)
    {
        using var store = (SqliteStore)Stores.Open(new DataFolder(former.DataFolder));
        List<string> rows = [];
        foreach (var sql in new[]
        {
            "SELECT tag || ' ' || coalesce(ledger_folder, '') || coalesce(insight, '') || coalesce(recommended, '') FROM job ORDER BY tag",
            "SELECT coalesce(manifest, '') || coalesce(outcomes, '') FROM delivery ORDER BY id",
            "SELECT book_id || email_key FROM opt_out ORDER BY 1",
            "SELECT member_key FROM direct_call ORDER BY 1",
            "SELECT coalesce(file, '') FROM already_there ORDER BY 1",
        })
        {
            rows.AddRange(store.Connection.Query<string>(sql));
        }

        return string.Join('\n', rows);
    }

    private static List<string> Files(FormerFolder former) =>
        [.. Directory.GetFiles(former.DataFolder, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(former.DataFolder, f))
            .Where(f => !f.StartsWith("rollcall.db", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    private static List<string> Stamps(string dataFolder) =>
        [.. Directory.GetFiles(dataFolder, "*.parquet", SearchOption.AllDirectories)
            .Select(f => $"{f} {File.GetLastWriteTimeUtc(f):O}")
            .Order(StringComparer.Ordinal)];
}
