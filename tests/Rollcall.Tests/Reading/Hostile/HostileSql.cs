using System.Data.Common;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Reading.Tables;
using Rollcall.Reading.Tables.Databases;
using Rollcall.Running;
using Rollcall.Work;
using Xunit;
using static Rollcall.Tests.Reading.ReadingWorkshop;

namespace Rollcall.Tests.Reading.Hostile;

/// <summary>
/// SQL of a job that does more than read. Each statement is checked and read as in a run, with a user who has all permissions. Whether it is refused
/// or has no effect: afterwards the server's tables, settings and files are unchanged, and no secret was read.
/// </summary>
public abstract class HostileSql : IAsyncLifetime
{
    /// <summary>A secret that no statement may read: it is in a file and in a table that does not belong to the job.</summary>
    protected const string Secret = "s3cr3t-of-another";

    private protected ReadingWorkshop Workshop { get; } = new();

    /// <summary>Makes a table <c>people(email, name)</c> with two rows, and what the statements try to reach.</summary>
    protected abstract Task<TablesSourceOptions> PublishAsync();

    /// <summary>Everything that a statement could have changed, as text.</summary>
    protected abstract Task<string> StateAsync();

    private TablesSourceOptions Published { get; set; } = null!;

    public async ValueTask InitializeAsync()
    {
        try
        {
            Published = await PublishAsync();
        }
        catch
        {
            // A test that is skipped, or cannot begin, is not disposed of by xunit.
            Workshop.Dispose();
            throw;
        }
    }

    public virtual ValueTask DisposeAsync()
    {
        Workshop.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Tries a statement, as a query and as a condition.</summary>
    protected async Task AssertHarmlessAsync(string sql)
    {
        var before = await StateAsync();
        var told = new List<string>();
        foreach (var query in new[] { new AudienceQuery(sql, null, null), new AudienceQuery(null, "people", sql) })
        {
            told.AddRange(await CheckAsync(query));
            told.AddRange(await ReadAsync(query));
        }

        Assert.DoesNotContain(Secret, string.Join('\n', told), StringComparison.Ordinal);
        Assert.Equal(before, await StateAsync());
    }

    /// <summary>Tries a statement that must be refused by the check and by the reading.</summary>
    protected async Task AssertRefusedAsync(string sql)
    {
        await AssertHarmlessAsync(sql);
        var query = new AudienceQuery(sql, null, null);
        await using var source = Workshop.Open(Job(With(query)));

        Assert.Contains(
            await source.CheckAsync(["all"], ["email"], TestContext.Current.CancellationToken),
            problem => problem.Severity == Severity.Error && problem.Where == "audience all");
        var error = await Assert.ThrowsAsync<RollcallException>(
            () => source.OpenAsync("all", ["email"], Workshop.DuckDb, null, null, TestContext.Current.CancellationToken));
        Assert.Equal(ExitCode.Source, error.ExitCode);
    }

    /// <summary>Runs a statement as a reading does, but without a look at its text.</summary>
    protected async Task AssertRefusedByServerAsync(string sql)
    {
        var before = await StateAsync();
        var database = Database.Of(Published);
        await using (var connection = await database.OpenAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken))
        {
            using var limit = new StatementLimit(TimeSpan.FromMinutes(1), TimeProvider.System, TestContext.Current.CancellationToken);
            Assert.ThrowsAny<DbException>(() => (object)database.Read(connection, database.Around(sql), limit, reader => reader.Read() ? 1 : 0));
        }

        Assert.Equal(before, await StateAsync());
    }

    private TablesSourceOptions With(AudienceQuery query) =>
        Published with { Audiences = new Dictionary<string, AudienceQuery> { ["all"] = query }, Timeout = TimeSpan.FromSeconds(2) };

    private async Task<IEnumerable<string>> CheckAsync(AudienceQuery query)
    {
        await using var source = Workshop.Open(Job(With(query)));
        return (await source.CheckAsync(["all"], ["email"], TestContext.Current.CancellationToken)).Select(problem => problem.ToString());
    }

    private async Task<IEnumerable<string>> ReadAsync(AudienceQuery query)
    {
        await using var source = Workshop.Open(Job(With(query)));
        try
        {
            await using var reading = await source.OpenAsync("all", ["email"], Workshop.DuckDb, null, null, TestContext.Current.CancellationToken);
            await reading.SuggestedAsync("email", TestContext.Current.CancellationToken);
            await Roll(reading);
            return Workshop.Query($"SELECT * FROM taken");
        }
        catch (RollcallException e)
        {
            Assert.Equal(ExitCode.Source, e.ExitCode);
            return [e.Message];
        }
    }

    private async Task Roll(IAudienceReading reading)
    {
        try
        {
            await Workshop.DuckDb.ExecuteAsync($"CREATE OR REPLACE TABLE taken AS SELECT * FROM {reading.Relation}", TestContext.Current.CancellationToken);
        }
        catch (DuckDB.NET.Data.DuckDBException e)
        {
            throw new RollcallException(ExitCode.Source, e.Message, "audience all");
        }
    }
}
