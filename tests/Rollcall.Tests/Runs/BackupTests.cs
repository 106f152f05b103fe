using System.Formats.Tar;
using System.IO.Compression;
using Microsoft.Data.Sqlite;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Store;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>A backup is consistent, also during a run, and the folder restored from it runs on.</summary>
public sealed class BackupTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_folder_restored_from_a_backup_during_a_run_runs_on_exactly()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com,Anna,2", "cyd@example.com");
        var backup = Task.FromResult<BackupResult>(null!);
        scene.Before = ExportScene.OnFirstImport(() => backup = Backup.RunAsync(scene.DataFolder, Archive(scene), replace: false, Stop));
        scene.Before += _ => backup.Wait(Stop);
        await scene.RunAsync();
        Assert.Empty((await backup).Missing);
        scene.Before = null;

        await Restore.RunAsync(Archive(scene), Elsewhere(scene), Stop);
        var result = await RunElsewhereAsync(scene);

        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.Equal(["ann@example.com", "cyd@example.com"], scene.In(scene.Gold));
        Assert.Equal("Anna", scene.Account.Contact("ann@example.com")!.DataFields["FIRSTNAME"]?.ToString());
        scene.Set("gold", "cyd@example.com", "dee@example.com");
        await RunElsewhereAsync(scene);
        Assert.Equal(["cyd@example.com", "dee@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_run_after_an_older_backup_brings_the_books_in_step_again()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        await Backup.RunAsync(scene.DataFolder, Archive(scene), replace: false, Stop);
        scene.Set("gold", "bob@example.com", "cyd@example.com");
        await scene.RunAsync();

        await Restore.RunAsync(Archive(scene), Elsewhere(scene), Stop);
        scene.Set("gold", "cyd@example.com", "dee@example.com");
        var result = await RunElsewhereAsync(scene);

        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.Equal(["cyd@example.com", "dee@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Who_entered_and_opted_out_after_the_backup_is_not_brought_back()
    {
        await using var scene = await ConsentScene.StartAsync(ConsentScene.BringsBack);
        scene.Export.Set("gold", ConsentScene.Bob);
        await scene.RunAsync();
        await Backup.RunAsync(scene.Export.DataFolder, Archive(scene.Export), replace: false, Stop);
        scene.Export.Set("gold", ConsentScene.Ann, ConsentScene.Bob);
        await scene.RunAsync();
        scene.PassDays(2);
        scene.Account.Unsubscribe(ConsentScene.Ann);
        scene.PassDays(3);

        await Restore.RunAsync(Archive(scene.Export), Elsewhere(scene.Export), Stop);
        var first = await RunElsewhereAsync(scene.Export);
        await RunElsewhereAsync(scene.Export);

        Assert.Equal(
            (0, Rollcall.Simulators.ContactStatus.Unsubscribed),
            (scene.Account.Counters.Resubscriptions, scene.Account.Contact(ConsentScene.Ann)!.Status));
        Assert.Contains("as a member of the audience", Assert.Single(first.Failures).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_belongs_to_the_folder_is_in_the_backup_and_nothing_that_does_not()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "no address");
        await scene.RunAsync();
        Write(scene, "forgotten.key", "key");
        Write(scene, "authorizations/keys/one.xml", "<key/>");
        Write(scene, "authorizations/prod.json.new", "half");
        Write(scene, "logs/rollcall-2026-11-24.log", "line");
        Write(scene, "manifests/litter.parquet", "litter");
        File.CreateSymbolicLink(Path.Combine(scene.DataFolder, "link"), "/etc/passwd");
        using var other = new SqliteConnection($"Data Source={Path.Combine(scene.DataFolder, "identity.db")};Pooling=False");
        other.Open();
        Execute(other, "PRAGMA journal_mode=WAL; CREATE TABLE who(name TEXT); INSERT INTO who VALUES ('ann');");
        Execute(other, "BEGIN IMMEDIATE; INSERT INTO who VALUES ('not yet');");

        var result = await Backup.RunAsync(scene.DataFolder, Archive(scene), replace: false, Stop);
        await Restore.RunAsync(Archive(scene), Elsewhere(scene), Stop);

        var restored = Directory.EnumerateFiles(Elsewhere(scene), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Elsewhere(scene), path)).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(result.Files, restored.Count);
        Assert.Contains("forgotten.key", restored);
        Assert.Contains("authorizations/keys/one.xml", restored);
        Assert.Contains(restored, name => name.StartsWith("ledger/scene/", StringComparison.Ordinal));
        Assert.Contains(restored, name => name.StartsWith("failures/", StringComparison.Ordinal));
        Assert.DoesNotContain(
            restored, name => name == "link" || name.EndsWith(".new", StringComparison.Ordinal) || name == "manifests/litter.parquet"
                || name.Split('/')[0] is "logs" or "locks" or "runs");
        using var copy = new SqliteConnection($"Data Source={Path.Combine(Elsewhere(scene), "identity.db")};Pooling=False");
        copy.Open();
        using var names = copy.CreateCommand();
        names.CommandText = "SELECT group_concat(name) FROM who";
        Assert.Equal("ann", names.ExecuteScalar());
    }

    [Fact]
    public async Task Files_that_the_store_names_and_that_are_lost_are_said_and_keep_no_backup_from_being_made()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        await scene.RunAsync();
        var lost = Assert.Single(Directory.GetFiles(Path.Combine(scene.DataFolder, "manifests"), "*.parquet", SearchOption.AllDirectories));
        File.Delete(lost);

        var result = await Backup.RunAsync(scene.DataFolder, Archive(scene), replace: false, Stop);
        await Restore.RunAsync(Archive(scene), Elsewhere(scene), Stop);

        Assert.Equal(Path.GetRelativePath(scene.DataFolder, lost), Assert.Single(result.Missing));
        Assert.Equal(ExitCode.Done, (await RunElsewhereAsync(scene)).ExitCode);
    }

    [Fact]
    public async Task A_backup_is_its_owners_alone_and_replaces_no_file_unasked()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        await scene.RunAsync();
        await File.WriteAllTextAsync(Archive(scene), "mine", Stop);

        await StoppedAsync(() => Backup.RunAsync(scene.DataFolder, Archive(scene), replace: false, Stop), "--replace");
        Assert.Equal("mine", await File.ReadAllTextAsync(Archive(scene), Stop));
        await StoppedAsync(() => Backup.RunAsync(scene.DataFolder, Path.Combine(scene.DataFolder, "b.tar.gz"), replace: false, Stop), "elsewhere");
        await StoppedAsync(() => Backup.RunAsync(scene.DataFolder, Path.Combine(scene.Folder, "none", "b.tar.gz"), replace: false, Stop), "another file");

        await Backup.RunAsync(scene.DataFolder, Archive(scene), replace: true, Stop);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Archive(scene)));
        }

        Assert.Empty(Directory.GetFiles(scene.Folder, "*.tmp"));
        Assert.Empty(Directory.GetDirectories(Path.Combine(scene.DataFolder, "runs")));
    }

    [Fact]
    public async Task No_backup_is_made_while_a_person_is_being_erased()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        await scene.RunAsync();
        using var erasing = new DataFolder(scene.DataFolder).TryRareLock(ForgetLock.Name);

        var stop = await Assert.ThrowsAsync<RollcallException>(() => Backup.RunAsync(scene.DataFolder, Archive(scene), replace: false, Stop));

        Assert.Equal(ExitCode.Busy, stop.ExitCode);
        Assert.False(File.Exists(Archive(scene)));
    }

    [Fact]
    public async Task Only_an_empty_folder_is_restored_into()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        await scene.RunAsync();
        await Backup.RunAsync(scene.DataFolder, Archive(scene), replace: false, Stop);

        await StoppedAsync(() => Restore.RunAsync(Archive(scene), scene.DataFolder, Stop), "--data");
        await StoppedAsync(() => Restore.RunAsync(Path.Combine(scene.Folder, "none.tar.gz"), Elsewhere(scene), Stop), null);
        Directory.CreateDirectory(Elsewhere(scene));
        await Restore.RunAsync(Archive(scene), Elsewhere(scene), Stop);

        Assert.Equal(0, (await RunElsewhereAsync(scene)).Audiences.Sum(audience => audience.Entered));
    }

    [Theory]
    [InlineData("half of it")]
    [InlineData("no archive")]
    [InlineData("nothing")]
    [InlineData("without a store")]
    [InlineData("../out")]
    [InlineData("/tmp/rollcall-out")]
    [InlineData("ledger/../../out")]
    [InlineData("link")]
    [InlineData("locks/letters.lock")]
    public async Task What_is_no_whole_backup_is_refused_and_leaves_the_folder_empty(string how)
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        await scene.RunAsync();
        await Backup.RunAsync(scene.DataFolder, Archive(scene), replace: false, Stop);
        await SpoilAsync(scene, how);

        await StoppedAsync(() => Restore.RunAsync(Archive(scene), Elsewhere(scene), Stop), "rollcall backup");

        Assert.Empty(Directory.EnumerateFileSystemEntries(Elsewhere(scene)));
        Assert.False(File.Exists(Path.Combine(scene.Folder, "out")));
    }

    private static async Task SpoilAsync(ExportScene scene, string how)
    {
        var whole = await File.ReadAllBytesAsync(Archive(scene), Stop);
        switch (how)
        {
            case "half of it":
                await File.WriteAllBytesAsync(Archive(scene), whole[..(whole.Length / 2)], Stop);
                return;
            case "no archive":
                await File.WriteAllTextAsync(Archive(scene), "tag: letters", Stop);
                return;
            case "nothing":
                await File.WriteAllBytesAsync(Archive(scene), [], Stop);
                return;
        }

        await using var gzip = new GZipStream(File.Create(Archive(scene)), CompressionLevel.Fastest);
        await using var tar = new TarWriter(gzip, TarEntryFormat.Pax);
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "forgotten.key") { DataStream = new MemoryStream([1]) }, Stop);
        if (how == "link")
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "ledger") { LinkName = scene.Folder }, Stop);
        }
        else if (how != "without a store")
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, how) { DataStream = new MemoryStream([1]) }, Stop);
        }
    }

    private static async Task StoppedAsync(Func<Task> command, string? todo)
    {
        var stop = await Assert.ThrowsAsync<RollcallException>(command);
        Assert.Equal(ExitCode.BadJob, stop.ExitCode);
        Assert.Contains(todo ?? "", stop.Problems[0].Todo ?? "", StringComparison.Ordinal);
    }

    private static Task<RunResult> RunElsewhereAsync(ExportScene scene)
    {
        var job = scene.Job();
        return ExportRun.ExecuteAsync(job, new RunOptions(), scene.Workplace() with { DataFolder = Elsewhere(scene) }, Stop).InWords(job);
    }

    private static void Write(ExportScene scene, string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(scene.DataFolder, name))!);
        File.WriteAllText(Path.Combine(scene.DataFolder, name), text);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string Archive(ExportScene scene) => Path.Combine(scene.Folder, "backup.tar.gz");

    private static string Elsewhere(ExportScene scene) => Path.Combine(scene.Folder, "elsewhere");
}
